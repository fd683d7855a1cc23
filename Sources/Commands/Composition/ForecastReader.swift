import Execution
import PlanModel
import RunEvents
import StepGraph
import Values

/// What a run is expected to take, from the journals of earlier runs and the plan's estimates.
enum ForecastReader {
  /// The forecast of a run; nil where nothing stops the clock.
  ///
  /// A step of which nobody knows how long it takes counts nothing: a warning must rest on more than a guess.
  static func forecast(for setup: RunSetup) async -> RunForecast? {
    let graph = setup.graph
    guard graph.restoredWhen != nil else { return nil }
    let measured = await DurationHistory.read(
      graph.plan.name, stateDirectory: setup.stateDirectory, before: setup.run)
    let durations = StepDurations(graph, mode: setup.mode, measured: measured)
    let expected = durations.steps.map { $0.basis == .assumed ? Duration.zero : $0.expected }
    let rto = graph.plan.objectives.rto
    return RunForecast(
      expected: expected, tail: graph.tails(taking: expected), limit: rto - setup.spent, rto: rto,
      isMeasured: durations.hasHistory)
  }
}

extension RunSetup {
  /// How much of the recovery time objective was gone when the run began.
  var spent: Duration {
    let begin =
      switch graph.plan.objectives.measuredFrom {
      case .planStart: startedAt
      case .declaration: declaredAt ?? startedAt
      case .disruption: disruptedAt ?? declaredAt ?? startedAt
      }
    return max(.zero, begin.distance(to: startedAt))
  }
}
