import PlanModel
import RunEvents
import StepGraph
import Values

/// Which steps a run leaves out on purpose, and why.
enum LeftOut {
  /// By index; that a mode leaves a step out weighs more than that a person does.
  static func steps(of graph: StepGraph, mode: RunMode, options: ExecutionOptions) -> [Int: StepError] {
    var leftOut: [Int: StepError] = [:]
    for (index, reason) in options.excluded where graph.nodes.indices.contains(index) {
      leftOut[index] = StepError(code: "SkippedByOperator", message: reason)
    }
    for (index, node) in graph.nodes.enumerated() where !node.step.modes.contains(mode) {
      let modes = node.step.modes.map(\.rawValue).sorted().joined(separator: ", ")
      leftOut[index] = StepError(
        code: "SkippedByMode", message: "a \(mode.rawValue) leaves it out: its modes are \(modes)")
    }
    return leftOut
  }
}
