import BackendKit
import Declarations
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// Steps that run because a check did not pass, and checks that go on being made.
@Suite struct RepairTests {
  /// restore, verify (whose check `c` the steps r1 and r2 repair), after; `finally` tells.
  private func world(
    verify: [MachineWorld.Attempt], r1: [MachineWorld.Attempt] = [.succeed(after: 3)],
    limit: Int = 2, isWatched: Bool = false, watches: [WatchOutcome] = [.passed]
  ) -> MachineWorld {
    var effects = ActionEffects(phase: .verify, repairLimit: limit)
    if isWatched {
      effects.checks = [
        PlannedCheck(
          id: "c", type: "Nothing", isRequired: true, check: NoCheck(),
          watch: CheckWatch(duration: .milliseconds(100), interval: .milliseconds(10)))
      ]
    }
    let graph = GraphFixture.graph(
      [
        PlanFixtures.step("restore", needs: []),
        PlanFixtures.step("verify", ScriptedAction.succeeding(effects: effects), needs: ["restore"]),
        PlanFixtures.step("r1", needs: []), PlanFixtures.step("r2", needs: []),
        PlanFixtures.step("after", needs: ["verify"]),
      ], finally: [PlanFixtures.step("tell", needs: [])], restoredWhen: "verify",
      repairs: ["verify": ["r1", "r2"]])
    let works: [MachineWorld.Attempt] = [.succeed(after: 5)]
    var world = MachineWorld(graph, attempts: [works, verify, r1, works, works, works])
    world.watches = [1: watches]
    return ResumeTests.startable(world)
  }

  private func order(_ outcome: MachineWorld.Outcome) -> [String] {
    outcome.bodies.compactMap { if case .stepStarted(let body) = $0 { body.step.text } else { nil } }
  }

  private let broken = MachineWorld.Attempt.failCheck(after: 5)

  @Test func nothingToRepairLeavesTheRepairsOutAndTheRunClean() {
    let outcome = world(verify: [.succeed(after: 5)]).run()
    #expect(order(outcome) == ["restore", "verify", "after", "tell"])
    #expect(outcome.finished?.result == .recovered)
    #expect(outcome.end("r1")?.error?.code == "RepairNotNeeded")
    #expect(outcome.violations.isEmpty)
  }

  @Test func aFailedCheckHasItsRepairsRunInOrderAndIsMadeAgain() {
    let outcome = world(verify: [broken, .succeed(after: 5)]).run()
    #expect(order(outcome) == ["restore", "verify", "r1", "r2", "verify", "after", "tell"])
    #expect(outcome.finished?.result == .recovered)
    #expect(outcome.violations.isEmpty)
  }

  @Test(arguments: 1...3) func howOftenIsBounded(limit: Int) {
    let outcome = world(verify: [broken], limit: limit).run()
    #expect(outcome.bodies.count { if case .repairStarted = $0 { true } else { false } } == limit)
    #expect(order(outcome).count { $0 == "verify" } == limit + 1)
    #expect(outcome.finished?.result == .failed)
    #expect(outcome.violations.isEmpty)
  }

  @Test(arguments: [false, true]) func aRepairThatIsLeftOutStaysOut(byMode: Bool) {
    var world = world(verify: [broken])
    if byMode {
      let graph = GraphFixture.graph(
        [
          PlanFixtures.step(
            "verify", ScriptedAction.succeeding(effects: ActionEffects(phase: .verify, repairLimit: 2)),
            needs: []),
          PlanFixtures.step("r1", needs: [], modes: [.drill]),
        ], restoredWhen: "verify", repairs: ["verify": ["r1"]])
      world = MachineWorld(graph, attempts: [[broken], [.succeed(after: 1)]])
    } else {
      var options = ExecutionOptions(cancelGrace: .milliseconds(500))
      options.excluded = [2: "left out by --skip"]
      world = MachineWorld(world.graph, options: options, attempts: world.attempts)
    }
    let outcome = world.run()
    #expect(!order(outcome).contains("r1"))
    #expect(outcome.finished?.result == .failed)
    #expect(outcome.violations.isEmpty)
  }

  @Test func aRepairThatFailsFailsTheStepOfTheCheck() {
    let outcome = world(verify: [broken], r1: [.fail(after: 3, retryable: false)]).run()
    #expect(order(outcome) == ["restore", "verify", "r1", "tell"])
    #expect(outcome.end("verify")?.error?.code == "RepairFailed")
    #expect(outcome.finished?.result == .failed)
    #expect(outcome.violations.isEmpty)
  }

  @Test func aWatchHoldsUpNeitherWhatFollowsNorTheVerdict() {
    let outcome = world(verify: [.succeed(after: 5)], isWatched: true).run()
    #expect(order(outcome) == ["restore", "verify", "after", "tell"])
    #expect(outcome.finished?.result == .recovered)
    let end = outcome.bodies.firstIndex { if case .watchFinished = $0 { true } else { false } }
    let after = outcome.bodies.firstIndex {
      if case .stepFinished(let body) = $0 { body.step.text == "after" } else { false }
    }
    #expect((after ?? .max) < (end ?? 0), "the step after the watched one did not wait for it")
    #expect(outcome.violations.isEmpty)
  }

  @Test func aRelapseIsRepairedAndWatchedOn() {
    let outcome = world(verify: [.succeed(after: 5)], isWatched: true, watches: [.failed(["c"]), .passed])
      .run()
    #expect(order(outcome) == ["restore", "verify", "after", "r1", "r2", "tell"])
    #expect(outcome.finished?.result == .recovered)
    #expect(outcome.violations.isEmpty)
  }

  @Test func aRelapseThatStaysMakesAnException() {
    let outcome = world(verify: [.succeed(after: 5)], isWatched: true, watches: [.failed(["c"])]).run()
    #expect(outcome.finished?.result == .recoveredWithExceptions)
    #expect(outcome.bodies.count { if case .repairStarted = $0 { true } else { false } } == 2)
    #expect(outcome.finished?.reason == "a check of step `verify` did not pass at the end of its watch")
  }

  @Test(arguments: [false, true]) func aRunKilledAfterAnyEventOfARepairEndsTheSame(isWatched: Bool) throws {
    let world =
      isWatched
      ? world(verify: [.succeed(after: 5)], isWatched: true, watches: [.failed(["c"]), .passed])
      : world(verify: [broken, .succeed(after: 5)])
    let whole = world.run()
    for length in 1..<whole.bodies.count {
      let (second, _) = try ResumeTests.world(world, after: Array(whole.bodies.prefix(length)))
      let rest = second.run()
      #expect(rest.finished?.result == .recovered, "after \(length) events")
      #expect(rest.violations.isEmpty, "after \(length) events")
    }
  }

  @Test func anInterruptEndsAWatchAndSaysSo() {
    let outcome = world(verify: [.succeed(after: 5)], isWatched: true)
      .run([.interrupt(before: 4, stage: 1)])
    #expect(outcome.finished?.result == .interrupted)
    #expect(outcome.violations.isEmpty)
  }
}

private struct NoCheck: IntegrityCheck {
  static var declaration: KindDeclaration { ScriptedAction.declaration }
  var database: DatabaseID? { nil }

  init() {}
  init(_ check: Record) {}
  func misfit(with engine: any DatabaseEngine) -> String? { nil }
  func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome {
    CheckOutcome(passed: true, expected: "", actual: "")
  }
}
