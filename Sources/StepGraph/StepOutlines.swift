import BackendKit
import PlanModel
public import RunEvents
import Values

extension StepGraph {
  /// Every step as it goes on record, in the order of `nodes`.
  ///
  /// Takes the digest of each definition: for runs, not for validation.
  public var outlines: [StepOutline] { nodes.map(outline) }

  private func outline(_ node: StepNode) -> StepOutline {
    let step = node.step
    let effects = step.action.effects
    let verified = effects.checks.filter { $0.isRequired && $0.check.readsData }.compactMap(\.check.database)
    return StepOutline(
      id: step.id, action: step.actionName, title: step.title,
      needs: node.predecessors.map { nodes[$0].step.id }, phase: effects.phase,
      timeoutSeconds: step.timeout.roundedSeconds, estimateSeconds: step.estimate?.roundedSeconds,
      onFailure: step.onFailure, isFinally: node.isFinally, restores: effects.restores,
      verifies: Set(verified).sorted(), definition: plan.definition(of: step))
  }
}
