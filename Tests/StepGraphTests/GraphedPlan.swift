import Diagnostics
import DrplanTestKit
import PlanLoading
import PlanModel
import StepGraph
import Values

/// A plan's text with marks, made into a graph with the fixture kinds.
struct GraphedPlan {
  let marked: MarkedText
  let graph: StepGraph?
  let diagnostics: [Diagnostic]

  init(_ marked: String) {
    self.marked = MarkedText(marked)
    let loader = PlanLoader(registry: RegistryFixtures.registry, digest: RegistryFixtures.digest)
    let (plan, _, diagnostics) = loader.load(
      PlanSource(file: "plan.yaml", directory: "/plans", bytes: self.marked.bytes), usesExamples: true)
    guard let plan else {
      self.graph = nil
      self.diagnostics = diagnostics
      return
    }
    let built = GraphBuilder.build(plan)
    self.graph = built.graph
    self.diagnostics = diagnostics + built.diagnostics
  }

  /// A plan with two databases, a service and a channel, each of which a step of its own uses, and these steps.
  static func steps(_ steps: String, finally: String = "", objectives: String = "{rto: 15m, rpo: 5m}")
    -> GraphedPlan
  {
    GraphedPlan(
      """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: orders
      objectives: \(objectives)
      repository: {directory: /backups}
      steps:
      \(indented(steps))
      \(finally.isEmpty ? "" : "finally:\n\(indented(finally))")
      databases:
        orders: {engine: SQLite, source: {path: /data/orders.db}}
        files: {engine: Files, source: {path: /data/files}}
      """)
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
  }

  /// Without the warnings about databases that no step uses, which most tests are not about.
  var findings: [Diagnostic] { diagnostics.filter { $0.rule != .unusedDefinition } }
  var codes: [String] { findings.map(\.rule.code) }
  var messages: [String] { findings.map(\.message) }
  var hints: [String?] { findings.map(\.hint) }
  var ranges: [SourceRange] { findings.map(\.range) }

  subscript(start: Character, end: Character) -> SourceRange { marked[start, end] }

  /// What each step needs, by name.
  var needs: [String: [String]] {
    guard let graph else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: graph.nodes.map { node in
        (node.step.id.text, node.predecessors.map { graph.nodes[$0].step.id.text })
      })
  }
}

/// One step that runs nothing.
func run(_ id: String, _ rest: String = "") -> String {
  "- {id: \(id), action: RunCommand, with: {command: [x]}\(rest.isEmpty ? "" : ", \(rest)")}"
}

/// One step that restores a database.
func restore(_ id: String, _ database: String = "orders", _ rest: String = "") -> String {
  "- {id: \(id), action: RestoreDatabase, with: {database: \(database)}\(rest.isEmpty ? "" : ", \(rest)")}"
}

/// One step that checks a database.
func verify(_ id: String, _ database: String = "orders", _ rest: String = "", check: String = "") -> String {
  "- {id: \(id), action: VerifyIntegrity, with: {checks: [{type: EngineCheck, database: \(database)\(check)}]}\(rest.isEmpty ? "" : ", \(rest)")}"
}
