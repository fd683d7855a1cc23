import BackendKit
import PlanModel
import RunEvents
import StepGraph

/// What undoing a step does in a simulated run: told by what the step touches, since nothing is looked at.
enum SimulatedUndo {
  /// Setting back data or services is assumed to take as long as the step took; what else a step did has no way back.
  static func of(_ node: StepNode, took time: Duration) -> (outcome: UndoOutcome, time: Duration) {
    let effects = node.step.action.effects
    if !effects.restores.isEmpty || !effects.services.isEmpty { return (.undone("simulated"), time) }
    if effects.phase == .other, effects.captures.isEmpty { return (.impossible("simulated"), .zero) }
    return (.nothingToUndo, .zero)
  }
}
