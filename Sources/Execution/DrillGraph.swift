import BackendKit
import PlanModel
import RunEvents
public import StepGraph

extension StepGraph {
  /// The graph as a drill runs it: where the step that stops the clock is left out of drills, the last step that makes
  /// checks in one stops it.
  public var asDrill: StepGraph {
    guard let restoredWhen, LeftOut.reason(nodes[restoredWhen].step, .drill) != nil else { return self }
    let last = nodes[..<mainCount].lastIndex { node in
      !node.step.action.effects.checks.isEmpty && LeftOut.reason(node.step, .drill) == nil
    }
    return restored(when: last)
  }
}
