import BackendKit
import PlanModel
import RunEvents
import StepGraph
import Values

/// Which steps a run leaves out on purpose, and why.
enum LeftOut {
  /// The code of a step that the run's mode leaves out: no exception.
  static let byMode = "SkippedByMode"

  /// By index; that a mode leaves a step out weighs more than that a person does.
  static func steps(of graph: StepGraph, mode: RunMode, options: ExecutionOptions) -> [Int: StepError] {
    var leftOut: [Int: StepError] = [:]
    for (index, reason) in options.excluded where graph.nodes.indices.contains(index) {
      leftOut[index] = StepError(code: "SkippedByOperator", message: reason)
    }
    for (index, node) in graph.nodes.enumerated() {
      guard let reason = reason(node.step, mode) else { continue }
      leftOut[index] = StepError(code: byMode, message: reason)
    }
    return leftOut
  }

  /// Why a mode leaves a step out; nil when it does not.
  static func reason(_ step: Step, _ mode: RunMode) -> String? {
    guard step.modes.contains(mode) else {
      let modes = step.modes.map(\.rawValue).sorted().joined(separator: ", ")
      return "a \(mode.rawValue) leaves it out: its modes are \(modes)"
    }
    return mode == .drill ? reasonInDrill(step) : nil
  }

  /// A drill changes nothing but its own places; what cannot be kept to those is left out.
  private static func reasonInDrill(_ step: Step) -> String? {
    let effects = step.action.effects
    if let service = effects.services.first {
      return "a drill leaves it out: it changes the service `\(service)`, and a service has no drill form"
    }
    // The author of the plan can answer for these, by naming the mode.
    guard !step.declaresModes else { return nil }
    if effects.isOpaque {
      return
        "a drill leaves it out: it runs a program, which may change production; `modes: [recovery, drill]` lets it run"
    }
    if !effects.captures.isEmpty {
      return
        "a drill leaves it out: it adds a snapshot to the repository; `modes: [recovery, drill]` lets it run"
    }
    return nil
  }
}
