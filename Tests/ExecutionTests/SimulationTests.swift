import BackendKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// Single runs on the virtual clock.
@Suite struct SimulationTests {
  private typealias Fixture = SimulationFixture

  private static let plain = Fixture.simulation([
    Fixture.restore(), Fixture.step("verify", needs: ["restore"]),
  ])

  @Test func theExpectedRunTakesWhatItsStepsTake() {
    let run = Self.plain.expected()
    #expect(run.result == .recovered)
    #expect(run.recoveryTime == .seconds(120))
    #expect(run.rto == .met)
    #expect(run.end == .seconds(121))
    #expect(run.starts == [.zero, .seconds(60), .seconds(120)])
    #expect(run.told.map(\.step) == [2])
    #expect(run.leftBehind.isEmpty)
  }

  @Test func theWorstRunTakesEveryTimeout() {
    let run = Self.plain.worst()
    #expect(run.result == .recovered)
    #expect(run.recoveryTime == .seconds(600))
  }

  @Test func theWorstRunTakesAllAttemptsThatFitIntoTheTimeout() {
    let retry = RetryPolicy(
      maxAttempts: 3, attemptTimeout: .seconds(60), initial: .seconds(10), factor: 1, max: .seconds(10))
    let run = Fixture.simulation(
      [Fixture.step("verify", timeout: 300, retry: retry)], finally: []
    ).worst()
    #expect(run.result == .recovered)
    #expect(run.recoveryTime == .seconds(200), "three attempts of a minute, two pauses of ten seconds")
  }

  @Test func aStepThatFailsIsTriedAgainAndThenEndsTheRun() throws {
    let retry = RetryPolicy(maxAttempts: 2, initial: .seconds(5), factor: 1, max: .seconds(5))
    let simulation = Fixture.simulation([
      Fixture.step("restore", Fixture.restoring, retry: retry), Fixture.step("verify", needs: ["restore"]),
    ])
    let outcome = try #require(simulation.outcome(of: .fails, in: 0))
    #expect(outcome.run.result == .failed)
    #expect(outcome.faultAt == .seconds(125))
    #expect(outcome.run.states == [.failed, .notReached, .succeeded])
    #expect(outcome.toldAfter.map(\.step) == [2])
    // 15 minutes less the 126 seconds of the run and the two minutes that restore and verify take.
    #expect(outcome.outlook == .open(.seconds(900 - 126 - 120)))
  }

  @Test func aStepThatHangsIsWaitedForUntilItsTimeout() throws {
    let outcome = try #require(Self.plain.outcome(of: .hangs, in: 1))
    #expect(outcome.faultAt == .seconds(360))
    #expect(outcome.run.leftBehind == [.replaced(try #require(DatabaseID("orders")), step: 0)])
    #expect(outcome.outlook == .open(.seconds(900 - 361 - 60)))
  }

  @Test func aStepThatIsTooSlowRunsIntoItsTimeout() throws {
    let outcome = try #require(Self.plain.outcome(of: .slow, in: 0))
    #expect(outcome.run.states[0] == .failed)
    #expect(outcome.faultAt == .seconds(300))
    var simulation = Self.plain
    simulation.slowFactor = 4
    let slow = try #require(simulation.outcome(of: .slow, in: 0))
    #expect(slow.outlook == .met)
    #expect(slow.run.recoveryTime == .seconds(300))
  }

  @Test func drplanDiesAndAPersonGoesOn() throws {
    let outcome = try #require(Self.plain.outcome(of: .dies, in: 1))
    #expect(outcome.faultAt == .seconds(90))
    #expect(outcome.run.result == .recovered)
    // Dead at 90 s, resumed five minutes later; the restore is not done again, the verification is.
    #expect(outcome.run.recoveryTime == .seconds(90 + 300 + 60))
    #expect(outcome.run.starts[0] == .zero && outcome.run.ends[0] == .seconds(60))
    let starts = outcome.run.events.count {
      if case .recorded(.stepStarted(let event)) = $0.what { event.step.text == "restore" } else { false }
    }
    #expect(starts == 1)
  }

  @Test func whatADeathCutShortBesideStartsOver() throws {
    let simulation = Fixture.simulation([
      Fixture.step("a", needs: []), Fixture.step("b", needs: [], estimate: 200),
      Fixture.step("verify", needs: ["a", "b"]),
    ])
    let outcome = try #require(simulation.outcome(of: .dies, in: 0))
    #expect(outcome.run.recoveryTime == .seconds(30 + 300 + 200 + 60))
  }

  @Test func aPausedRunWaitsAndLeavesWhatItRestored() throws {
    let simulation = Fixture.simulation([
      Fixture.restore(), Fixture.step("verify", needs: ["restore"], onFailure: .pause),
    ])
    let outcome = try #require(simulation.outcome(of: .fails, in: 1))
    #expect(outcome.run.result == .waiting)
    #expect(outcome.run.leftBehind.count == 1)
    #expect(outcome.toldAfter.isEmpty)
  }

  @Test func aRunThatIsRolledBackLeavesNothingOfWhatItUndid() throws {
    let simulation = Fixture.simulation([
      Fixture.restore(), Fixture.step("verify", needs: ["restore"], onFailure: .rollback),
    ])
    let outcome = try #require(simulation.outcome(of: .fails, in: 1))
    #expect(outcome.run.result == .rolledBack)
    // Restore, verify, set back what was restored, tell people.
    #expect(outcome.run.end == .seconds(60 + 60 + 60 + 1))
    #expect(outcome.run.leftBehind.isEmpty)
    #expect(outcome.toldAfter.map(\.step) == [2])
  }

  @Test func whatHasNoWayBackStaysDoneWhenTheRestIsRolledBack() throws {
    let simulation = Fixture.simulation([
      Fixture.step("copy"), Fixture.step("verify", needs: ["copy"], onFailure: .rollback),
    ])
    #expect(try #require(simulation.outcome(of: .fails, in: 1)).run.result == .rolledBack)
  }

  @Test func servicesThatAreNotStartedAgainAreLeftBehind() throws {
    let simulation = Fixture.simulation([
      Fixture.step("stop", Fixture.stopping), Fixture.restore(needs: ["stop"]),
      Fixture.step("start", Fixture.starting, needs: ["restore"]), Fixture.step("verify", needs: ["start"]),
    ])
    let service = try #require(ServiceID("api"))
    let database = try #require(DatabaseID("orders"))
    #expect(simulation.expected().leftBehind.isEmpty)
    #expect(
      try #require(simulation.outcome(of: .fails, in: 1)).run.leftBehind
        == [.halfReplaced(database, step: 1), .stopped(service, step: 0)])
    #expect(
      try #require(simulation.outcome(of: .fails, in: 2)).run.leftBehind
        == [.replaced(database, step: 1), .halfChanged(service, step: 2)])
    #expect(
      try #require(simulation.outcome(of: .fails, in: 3)).run.leftBehind == [.replaced(database, step: 1)])
  }

  @Test func aStepThatIsNeverReachedCannotGoWrong() {
    let simulation = Fixture.simulation([Fixture.step("verify")])
    var excluded = simulation
    excluded.options.excluded = [0: "left out"]
    #expect(excluded.outcome(of: .fails, in: 0) == nil)
    #expect(simulation.outcome(of: .fails, in: 0) != nil)
  }

  @Test func aPlanThatNothingVerifiesIsUnmeasured() throws {
    let simulation = Fixture.simulation([Fixture.restore()], restoredWhen: nil)
    #expect(simulation.expected().rto == .unmeasured)
    #expect(simulation.expected().whyUnmeasured != nil)
    #expect(try #require(simulation.outcome(of: .fails, in: 0)).outlook == .unmeasured)
  }

  @Test func chancesRepeatWithTheirSeed() {
    let first = Self.plain.chance(runs: 200, seed: 7)
    #expect(first == Self.plain.chance(runs: 200, seed: 7))
    #expect(first != Self.plain.chance(runs: 200, seed: 8))
    #expect(first.met == 200)
    let median = first.median ?? .zero
    let high = first.high ?? .zero
    #expect(median > .seconds(90) && median < .seconds(150))
    #expect(high > median && high <= .seconds(240))
  }
}
