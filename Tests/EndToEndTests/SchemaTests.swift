import BackendKit
import Backends
import Declarations
import DrplanTestKit
import FoundationEssentials
import Testing

/// The JSON Schema, held against a validator that others wrote: python3-jsonschema of Debian.
struct SchemaTests {
  private static let validator = """
    import json, sys
    import jsonschema, yaml
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for path in sys.argv[2:]:
        errors = [e.message[:200] for e in validator.iter_errors(yaml.safe_load(open(path)))]
        print(json.dumps({"path": path, "errors": errors}))
    """

  /// What the validator finds wrong with each file, by path.
  private func errors(_ files: [String], in session: CLISession) async throws -> [String: [String]] {
    let schema = try await session.drplan("schema")
    try #require(schema.status == 0)
    try session.write(schema.output, to: "schema.json")
    try session.write(Self.validator, to: "validate.py")
    let result = try await session.start(
      program: "/usr/bin/python3", [session.path("validate.py"), session.path("schema.json")] + files
    ).wait()
    try #require(result.status == 0, "needs python3-jsonschema and python3-yaml\n\(result)")
    var found: [String: [String]] = [:]
    for line in result.output.split(separator: 10) {
      let value = try CLIJSON(Array(line))
      found[try #require(value["path"].string)] = value["errors"].list.compactMap(\.string)
    }
    return found
  }

  @Test func theSchemaInTheDocumentationIsWhatTheToolPrints() async throws {
    try await CLISession.run { session in
      let printed = try await session.drplan("schema")
      let file = "\(GoldenPlanTests.repository)/docs/schema/recovery-plan.schema.json"
      let kept = FileManager.default.contents(atPath: file).map(Array.init)
      #expect(kept != nil, "there is no docs/schema/recovery-plan.schema.json")
      let isCurrent = kept == printed.output
      #expect(isCurrent, "make it anew: drplan schema --docs docs")
    }
  }

  @Test func goodPlansFitTheSchema() async throws {
    try await CLISession.run { session in
      let files =
        GoldenPlanTests.good.map { "\(GoldenPlanTests.folder)/good/\($0)" }
        + GoldenPlanTests.plans(in: GoldenPlanTests.repository + "/plans").map {
          "\(GoldenPlanTests.repository)/plans/\($0)"
        }
      let found = try await errors(files, in: session)
      #expect(found.count == files.count)
      for (file, errors) in found { #expect(errors.isEmpty, "\(file): \(errors)") }
    }
  }

  @Test func everyKindsExampleFitsTheSchema() async throws {
    try await CLISession.run { session in
      var files: [String] = []
      for (family, declaration) in Backends.registry.declarations {
        let name = "\(family)-\(declaration.name).yaml"
        files.append(try session.write(KindExample.plan(family, declaration.example), to: name))
      }
      let found = try await errors(files, in: session)
      #expect(found.count == files.count)
      for (file, errors) in found { #expect(errors.isEmpty, "\(file): \(errors)") }
    }
  }

  @Test func plansWithWrongKeysAndValuesDoNotFitTheSchema() async throws {
    // What one word of JSON Schema cannot say: see each.
    let beyondSchema = [
      "DRP113-bad-parameter"  // whether a default is of the type that stands beside it
    ]
    try await CLISession.run { session in
      let names = GoldenPlanTests.broken.filter {
        $0.hasPrefix("DRP1") && !beyondSchema.contains(String($0.dropLast(5)))
      }
      let found = try await errors(names.map { "\(GoldenPlanTests.folder)/\($0)" }, in: session)
      #expect(found.count == names.count)
      for (file, errors) in found { #expect(!errors.isEmpty, "\(file)") }
    }
  }
}
