import BackendKit
import PlanModel
public import RunEvents
import Values

/// How long each step of a graph is taken to last: measured where there is anything to measure by, guessed elsewhere.
///
/// The expected time of a step is, in this order: the median of what the very same step took, the median of what a step
/// of its name took that was defined otherwise, its `estimate`, a tenth of its timeout. The worst is the 90th
/// percentile of what was measured, else its declared timeout, else twice the expected time; a step that waits for a
/// person takes its whole timeout at worst. A step that the mode leaves out takes no time.
public struct StepDurations: Sendable, Equatable {
  /// By index of the step.
  public let steps: [StepDuration]
  /// How many earlier runs were looked at.
  public let runs: Int

  /// The durations of `graph` run in `mode`.
  public init(_ graph: StepGraph, mode: RunMode = .recovery, measured: MeasuredSteps = MeasuredSteps()) {
    let plan = graph.plan
    steps = graph.nodes.map { Self.duration(of: $0.step, in: plan, mode, measured) }
    runs = measured.runs
  }

  /// The expected duration of each step: for `StepGraph.tails`.
  public var expected: [Duration] { steps.map(\.expected) }

  /// Whether the time of any step was measured.
  public var hasHistory: Bool { steps.contains(where: \.isMeasured) }

  private static func duration(
    of step: Step, in plan: Plan, _ mode: RunMode, _ measured: MeasuredSteps
  ) -> StepDuration {
    guard step.modes.contains(mode) else {
      return StepDuration(expected: .zero, worst: .zero, basis: .estimate)
    }
    var duration = history(of: step, in: plan, measured) ?? guess(step)
    if step.action.effects.phase == .waiting { duration.worst = step.timeout }
    duration.worst = max(duration.worst, duration.expected)
    return duration
  }

  private static func history(of step: Step, in plan: Plan, _ measured: MeasuredSteps) -> StepDuration? {
    guard measured.knows(step.id) else { return nil }
    let definition = plan.definition(of: step)
    let same = measured.times(of: step.id, definition: definition)
    let times = same.isEmpty ? measured.otherTimes(of: step.id, than: definition) : same
    guard let median = percentile(50, of: times), let high = percentile(90, of: times) else { return nil }
    return StepDuration(
      expected: median, worst: high,
      basis: same.isEmpty ? .earlierDefinition(runs: times.count) : .history(runs: times.count),
      measured: times)
  }

  private static func guess(_ step: Step) -> StepDuration {
    let expected = step.estimate ?? step.timeout / 10
    return StepDuration(
      expected: expected, worst: step.declaresTimeout ? step.timeout : expected * 2,
      basis: step.estimate == nil ? .assumed : .estimate)
  }

  /// The smallest of the sorted `times` that at least that many percent of them do not exceed; nil of none.
  public static func percentile(_ percent: Int, of times: [Duration]) -> Duration? {
    guard !times.isEmpty else { return nil }
    let rank = (times.count * percent + 99) / 100
    return times[min(max(rank, 1), times.count) - 1]
  }
}
