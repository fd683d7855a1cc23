import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// One warning, as soon as the forecast passes the objective.
@Suite struct RiskTests {
  /// Three steps in a row, expected to take 10, 20 and 30 ms, of which the recovery waits for all.
  private func world(limit: Int, _ attempts: [MachineWorld.Attempt]) -> MachineWorld {
    let graph = ExhaustiveTests.graph([[], [0], [1]], [.abort, .abort, .abort])
    var options = ExecutionOptions(cancelGrace: .milliseconds(500))
    options.forecast = RunForecast(
      expected: [10, 20, 30, 1, 1].map { .milliseconds($0) },
      tail: [.milliseconds(50), .milliseconds(30), .zero, nil, nil], limit: .milliseconds(limit),
      rto: .milliseconds(limit), isMeasured: true)
    return MachineWorld(
      graph, options: options, attempts: attempts.map { [$0] } + [[.succeed(after: 1)], [.succeed(after: 1)]])
  }

  private func warnings(_ outcome: MachineWorld.Outcome) -> [ObjectiveAtRisk] {
    outcome.bodies.compactMap { if case .objectiveAtRisk(let risk) = $0 { risk } else { nil } }
  }

  private let onTime: [MachineWorld.Attempt] = [
    .succeed(after: 10), .succeed(after: 20), .succeed(after: 30),
  ]

  @Test func aRunAsFastAsExpectedIsNotAtRisk() {
    #expect(warnings(world(limit: 60, onTime).run()).isEmpty)
  }

  @Test func anObjectiveOutOfReachIsKnownWhenTheFirstStepBegins() {
    let risks = warnings(world(limit: 59, onTime).run())
    #expect(risks.map(\.step.text) == ["s0"])
    #expect(risks.first?.forecastSeconds == 0.06)
  }

  @Test func aSlowStepIsToldOfBeforeTheObjectiveIsMissed() {
    let outcome = world(limit: 60, [.succeed(after: 10), .succeed(after: 200), .succeed(after: 30)]).run()
    #expect(warnings(outcome).map(\.step.text) == ["s1"])
    #expect(outcome.violations.isEmpty)
  }

  @Test func aHangingStepIsToldOfToo() {
    let outcome = world(limit: 60, [.hang(stopsAfter: 1), .succeed(after: 20), .succeed(after: 30)]).run()
    #expect(warnings(outcome).map(\.step.text) == ["s0"])
  }

  @Test func thereIsOneWarningHoweverManyStepsAreLate() {
    let late = world(
      limit: 60, [.succeed(after: 100), .succeed(after: 100), .succeed(after: 100)])
    #expect(warnings(late.run()).count == 1)
  }
}
