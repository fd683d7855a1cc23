import BackendKit
import Backends
import Declarations
import Diagnostics
import HostSystem
import PlanLoading
import Testing

/// The examples of the reference, each put into a plan.
struct KindExampleTests {
  static let kinds = Backends.registry.declarations.map { (family: $0.family, name: $0.declaration.name) }

  @Test(arguments: kinds) func theExampleOfAKindLoads(_ family: String, _ name: String) throws {
    let entry = try #require(
      Backends.registry.declarations.first { $0.family == family && $0.declaration.name == name })
    let text = KindExample.plan(family, entry.declaration.example)
    let loader = PlanLoader(registry: Backends.registry, digest: { SHA256Hasher.digest($0) })
    let loaded = loader.load(
      PlanSource(file: "example.yaml", directory: "/srv", bytes: Array(text.utf8)), usesExamples: true)
    #expect(loaded.plan != nil, "\(DiagnosticRenderer.concise(loaded.diagnostics))\n\(text)")
    #expect(text.contains(name))
  }
}

/// Puts the example of a kind into a plan that lacks nothing else.
enum KindExample {
  static func plan(_ family: String, _ example: String) -> String {
    var text = "apiVersion: drplan/v1\nkind: RecoveryPlan\nname: example\nobjectives: {rto: 1h, rpo: 1h}\n"
    let example = example.hasSuffix("\n") ? example : example + "\n"
    let declares = { (section: String) in
      example.split(separator: "\n").contains { $0.hasPrefix(section + ":") }
    }
    if !declares("databases") {
      text += "databases:\n  orders: {engine: SQLite, source: {path: orders.db}}\n"
    }
    let verify = { (checks: String) in
      "  - id: verify\n    action: VerifyIntegrity\n    with:\n      checks:\n\(checks)"
    }
    switch family {
    case "check": text += "steps:\n" + verify(indented(example, by: 8))
    case "action" where !declares("steps"): text += "steps:\n" + indented(example, by: 2)
    default: text += example
    }
    if !text.contains("steps:") { text += "steps:\n" + verify("        - {type: TCP, port: 1}\n") }
    return text
  }

  private static func indented(_ text: String, by width: Int) -> String {
    text.split(separator: "\n").map { String(repeating: " ", count: width) + $0 + "\n" }.joined()
  }
}
