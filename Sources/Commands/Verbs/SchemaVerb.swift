import BackendKit
import Backends
import CommandLineKit
import Declarations
import Diagnostics
import HostSystem
import PlanLoading
import Values

/// `drplan schema`: the JSON Schema of plans; with `--docs`, all generated documentation.
enum SchemaVerb: Verb {
  static var waits: Bool { false }

  static let docs = Option(
    "docs", value: .required("DIR"), completion: .folders,
    "instead write the schema and all generated reference pages below a folder (for drplan's own docs)")

  static let declaration = CommandDeclaration(
    "schema", summary: "print the JSON Schema of plans, for editors",
    discussion: """
      The schema (draft-07) is made from the same declarations that read plans. An editor that speaks the YAML language \
      server takes it from a first line such as `# yaml-language-server: $schema=../docs/schema/recovery-plan.schema.json`.
      """,
    examples: [.init("drplan schema > recovery-plan.schema.json", "keep it for an editor")], options: [docs])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let schema = PlanSchema.document(for: Backends.registry).text(pretty: true) + "\n"
    guard let folder = invocation.value(docs) else {
      console.print(schema)
      return .done
    }
    do throws(FileError) {
      for (path, text) in pages(schema) {
        try FileTree.makeDirectories(PathText.parent(of: folder + "/" + path), mode: 0o755)
        try DurableFile.write(Array(text.utf8), to: folder + "/" + path, mode: 0o644)
      }
    } catch {
      throw CommandFailure(.failed, "the documentation cannot be written: \(error)")
    }
    return .done
  }

  private static func pages(_ schema: String) -> [(path: String, text: String)] {
    var pages = [(path: "schema/recovery-plan.schema.json", text: schema)]
    var index = [
      "# Diagnostics", "", "Made by `drplan schema --docs docs`; do not edit.", "",
      "| code | name | severity | |", "| --- | --- | --- | --- |",
    ]
    for rule in DiagnosticRule.all {
      pages.append(("codes/\(rule.code).md", DiagnosticRenderer.markdownPage(rule)))
      index.append(
        "| [\(rule.code)](\(rule.code).md) | \(rule.name) | \(rule.severity.rawValue) | \(rule.summary) |")
    }
    pages.append(("codes/README.md", index.joined(separator: "\n") + "\n"))
    var kinds = ["# Kinds", "", "Made by `drplan schema --docs docs`; do not edit.", ""]
    for (family, declaration) in Backends.registry.declarations {
      let path = "\(family)-\(declaration.name).md"
      pages.append(("kinds/\(path)", KindPage.markdown(declaration, family: family)))
      kinds.append("- \(family) [\(declaration.name)](\(path)): \(declaration.summary)")
    }
    pages.append(("kinds/README.md", kinds.joined(separator: "\n") + "\n"))
    var language = ["# Keys of a plan", "", "Made by `drplan schema --docs docs`; do not edit.", ""]
    for (name, shape) in PlanSchema.sections(for: Backends.registry) {
      language += ["## \(name)", ""] + KindPage.table(shape) + [""]
    }
    pages.append(("kinds/plan.md", language.joined(separator: "\n")))
    return pages
  }
}
