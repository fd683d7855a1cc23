import Execution
import PlanModel
import RunEvents
import StepGraph
import Values

/// Everything that `drplan simulate` has to say of a plan.
struct SimulationReport: Sendable {
  let simulation: PlanSimulation
  let expected: SimulatedRun
  let worst: SimulatedRun
  let outcomes: [FaultOutcome]
  let findings: [SimulationFinding]
  /// Nil when no run with random durations was asked for.
  let chance: SimulatedChance?
  /// How many steps were made to go wrong.
  let tried: Int

  /// Simulates; nothing more once the task is cancelled.
  init(_ simulation: PlanSimulation, steps: [Int], runs: Int, seed: UInt64) {
    self.simulation = simulation
    expected = simulation.expected()
    worst = simulation.worst()
    var outcomes: [FaultOutcome] = []
    for step in steps where !Task.isCancelled { outcomes += simulation.sweep([step]) }
    self.outcomes = outcomes
    tried = steps.count
    findings = simulation.findings(expected, outcomes)
    chance = runs > 0 && !Task.isCancelled ? simulation.chance(runs: runs, seed: seed) : nil
  }

  var graph: StepGraph { simulation.graph }

  /// What has no way out weighs more than a missed objective: it is found for sure, the other is a forecast.
  var exitCode: ExitCode {
    if findings.contains(where: \.kind.isNoWayOut) || !expected.isRecovered { return .failed }
    return expected.rto == .met ? .done : .objectiveNotMet
  }

  func name(_ step: Int) -> String { graph.nodes[step].step.id.text }
}

extension LeftBehind {
  /// For records that machines read.
  var name: String {
    switch self {
    case .replaced: "Replaced"
    case .halfReplaced: "HalfReplaced"
    case .stopped: "Stopped"
    case .halfChanged: "HalfChanged"
    case .unfinished: "Unfinished"
    }
  }

  /// The step that left it.
  var step: Int {
    switch self {
    case .replaced(_, let step), .halfReplaced(_, let step), .stopped(_, let step),
      .halfChanged(_, let step), .unfinished(let step):
      step
    }
  }

  /// The name of what it is about, if it is about anything that the plan names.
  var subject: String? {
    switch self {
    case .replaced(let database, _), .halfReplaced(let database, _): database.text
    case .stopped(let service, _), .halfChanged(let service, _): service.text
    case .unfinished: nil
    }
  }

  /// For people; `step` is the name of the step that left it.
  func text(_ step: String) -> String {
    switch self {
    case .replaced(let database, _):
      "`\(database)` is replaced (`\(step)`), and the run did not recover; what stood there before is kept"
    case .halfReplaced(let database, _):
      "`\(step)` was cut short: what it staged for `\(database)` may be left beside it"
    case .stopped(let service, _): "`\(service)` is stopped (`\(step)`), and nothing started it again"
    case .halfChanged(let service, _): "`\(step)` was cut short: `\(service)` may run or not"
    case .unfinished: "`\(step)` was cut short: see what it had done"
    }
  }
}
