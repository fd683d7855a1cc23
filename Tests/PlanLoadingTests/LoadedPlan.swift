import Diagnostics
import DrplanTestKit
import PlanLoading
import PlanModel
import Values

/// A plan's text with marks, loaded with the fixture kinds.
struct LoadedPlan {
  let marked: MarkedText
  let plan: Plan?
  let diagnostics: [Diagnostic]

  init(_ marked: String, arguments: [String: String] = [:], usesExamples: Bool = false) {
    self.marked = MarkedText(marked)
    let loader = PlanLoader(registry: RegistryFixtures.registry, digest: RegistryFixtures.digest)
    (plan, _, diagnostics) = loader.load(
      PlanSource(file: "plan.yaml", directory: "/plans/orders", bytes: self.marked.bytes),
      arguments: arguments,
      usesExamples: usesExamples)
  }

  /// The least plan with `text` at its end.
  static func minimal(_ text: String, arguments: [String: String] = [:], usesExamples: Bool = false)
    -> LoadedPlan
  {
    LoadedPlan(head + "\n" + text + "\n" + steps, arguments: arguments, usesExamples: usesExamples)
  }

  /// A plan whose only step has that text, indented by four, under its `id`.
  static func step(_ text: String, _ rest: String = "", arguments: [String: String] = [:]) -> LoadedPlan {
    let lines = text.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    return LoadedPlan("\(head)\n\(rest)\nsteps:\n  - id: work\n\(lines)\n", arguments: arguments)
  }

  static let head = """
    apiVersion: drplan/v1
    kind: RecoveryPlan
    name: orders
    objectives: {rto: 15m, rpo: 5m}
    """
  static let steps = """
    steps:
      - {id: work, action: RunCommand, with: {command: ["true"]}}
    """

  var codes: [String] { diagnostics.map(\.rule.code) }
  var messages: [String] { diagnostics.map(\.message) }
  var hints: [String?] { diagnostics.map(\.hint) }
  var ranges: [SourceRange] { diagnostics.map(\.range) }
  var starts: [SourcePosition] { diagnostics.map(\.range.start) }

  /// The action of the step of that name.
  func action<Action>(_ id: String, as type: Action.Type = Action.self) -> Action? {
    plan.flatMap { ($0.steps + $0.finally).first { $0.id.text == id } }?.action as? Action
  }
}
