import PlanModel
import RunEvents
import Values

extension StepGraph {
  /// How long a step is taken to last: its estimate, else its declared timeout, else nothing is known.
  public func assumedDuration(of node: StepNode) -> Duration? {
    guard node.step.modes.contains(.recovery) else { return .zero }
    return node.step.estimate ?? (node.step.declaresTimeout ? node.step.timeout : nil)
  }

  /// The critical path by estimates, with unknown steps taking no time.
  public var expectedPath: CriticalPath { criticalPath { assumedDuration(of: $0) ?? .zero } }

  /// The critical path if every step takes as long as its declared timeout.
  public var worstPath: CriticalPath {
    criticalPath {
      $0.step.modes.contains(.recovery) && $0.step.declaresTimeout
        ? $0.step.timeout : assumedDuration(of: $0) ?? .zero
    }
  }

  /// Whether any main step has neither estimate nor timeout, so that no path can be trusted to be complete.
  public var hasUnknownDurations: Bool { nodes[..<mainCount].contains { assumedDuration(of: $0) == nil } }
}
