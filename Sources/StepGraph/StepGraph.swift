public import PlanModel

/// The steps of a plan with their order: free of cycles, every need resolved.
///
/// Made by `GraphBuilder`.
///
/// Nodes stand in the order of the plan, main steps first, then `finally`; indices into `nodes` name steps everywhere in
/// this value.
public struct StepGraph: Sendable {
  /// The plan.
  public let plan: Plan
  /// The steps.
  public let nodes: [StepNode]
  /// How many of `nodes` are main steps; the rest is `finally`.
  public let mainCount: Int
  /// An order in which every step comes after those it needs; among free steps, the plan's order.
  public let order: [Int]
  /// The step whose success stops the recovery clock; nil when nothing verifies.
  public private(set) var restoredWhen: Int?

  init(plan: Plan, nodes: [StepNode], mainCount: Int, order: [Int], restoredWhen: Int?) {
    self.plan = plan
    self.nodes = nodes
    self.mainCount = mainCount
    self.order = order
    self.restoredWhen = restoredWhen
  }

  /// The same graph, whose clock another step stops.
  public func restored(when step: Int?) -> StepGraph {
    var graph = self
    graph.restoredWhen = step
    return graph
  }
}

/// One step with its neighbours.
///
/// A class for the same reason as `Step`.
public final class StepNode: Sendable {
  /// The step.
  public let step: Step
  /// The steps it needs, in ascending order.
  public let predecessors: [Int]
  /// The steps that need it, in ascending order.
  public let successors: [Int]
  /// Whether it belongs to `finally`.
  public let isFinally: Bool
  /// Whether it only runs to repair what a check found.
  public let isRepair: Bool
  /// The steps that repair what its checks find, by the name of the check, in their order.
  public let repairs: [String: [Int]]

  init(
    step: Step, predecessors: [Int], successors: [Int], isFinally: Bool, isRepair: Bool = false,
    repairs: [String: [Int]] = [:]
  ) {
    self.step = step
    self.predecessors = predecessors
    self.successors = successors
    self.isFinally = isFinally
    self.isRepair = isRepair
    self.repairs = repairs
  }
}
