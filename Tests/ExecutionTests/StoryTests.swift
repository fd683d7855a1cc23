import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// What a run does to its steps, and what it is called in the end.
@Suite struct StoryTests {
  private let fails: [MachineWorld.Attempt] = [.fail(after: 5, retryable: false)]
  private let works: [MachineWorld.Attempt] = [.succeed(after: 5)]

  @Test func aFailureUnderAbortCancelsWhatRunsAndNamesItselfToWhatDidNot() {
    let outcome = MachineWorld.story(
      [
        (PlanFixtures.step("restore", needs: []), fails),
        (PlanFixtures.step("other", needs: []), [.hang(stopsAfter: 3)]),
        (PlanFixtures.step("verify", needs: ["other"]), works),
      ], finally: [(PlanFixtures.step("tell"), works)]
    ).run()
    #expect(outcome.end("restore")?.state == .failed)
    #expect(outcome.end("other")?.state == .cancelled)
    #expect(outcome.end("other")?.error?.message == "the run ended because step `restore` failed")
    #expect(outcome.end("verify")?.state == .notReached)
    #expect(outcome.end("verify")?.error?.message == "the run ended because step `restore` failed")
    #expect(outcome.end("tell")?.state == .succeeded)
    #expect(outcome.finished == RunFinished(result: .failed, reason: "step `restore` failed"))
  }

  @Test func aStepNotReachedNamesTheStepThatFailedAndNotTheOneBeforeIt() {
    let outcome = MachineWorld.story([
      (PlanFixtures.step("a", onFailure: .continue), fails), (PlanFixtures.step("b"), works),
      (PlanFixtures.step("c"), works),
    ]).run()
    #expect(outcome.end("c")?.state == .notReached)
    #expect(outcome.end("c")?.error?.message == "step `a` failed")
  }

  @Test func aFailureUnderContinueBesideTheProofIsAnException() {
    let outcome = MachineWorld.story(
      [
        (PlanFixtures.step("tell", needs: [], onFailure: .continue), fails),
        (PlanFixtures.step("verify", needs: []), works),
      ], restoredWhen: "verify"
    ).run()
    #expect(
      outcome.finished == RunFinished(result: .recoveredWithExceptions, reason: "step `tell` failed"))
  }

  @Test func aFailureUnderContinueThatTheProofNeedsIsAFailure() {
    let outcome = MachineWorld.story(
      [(PlanFixtures.step("restore", onFailure: .continue), fails), (PlanFixtures.step("verify"), works)],
      restoredWhen: "verify"
    ).run()
    #expect(outcome.finished?.result == .failed)
    #expect(
      outcome.finished?.reason
        == "nothing proves the recovery: step `verify` was not reached because `restore` failed")
  }

  @Test func aProofThatAPersonLeftOutProvesNothing() {
    let outcome = MachineWorld.story(
      [(PlanFixtures.step("restore"), works), (PlanFixtures.step("verify"), works)], restoredWhen: "verify",
      options: ExecutionOptions(excluded: [1: "left out by --skip"])
    ).run()
    #expect(outcome.finished?.result == .failed)
    #expect(outcome.end("verify")?.error?.message == "left out by --skip")
  }

  @Test func aRestoreThatFailsIsNoExceptionWhereNothingProvesTheRecovery() {
    let restore = PlanFixtures.step(
      "restore",
      ScriptedAction.succeeding(
        effects: ActionEffects(phase: .restore, restores: [PlanFixtures.database("orders")])),
      needs: [], onFailure: .continue)
    let outcome = MachineWorld.story([(restore, fails), (PlanFixtures.step("tell", needs: []), works)]).run()
    #expect(outcome.finished?.result == .failed)
    #expect(outcome.finished?.reason == "not everything was restored: step `restore` failed")
  }

  @Test func aStepThatAPersonLeftOutIsAnExceptionAndMeetsNeeds() {
    let outcome = MachineWorld.story(
      [(PlanFixtures.step("a"), works), (PlanFixtures.step("b"), works)],
      options: ExecutionOptions(excluded: [0: "left out by --skip"])
    ).run()
    #expect(outcome.end("a")?.state == .skipped)
    #expect(outcome.end("b")?.state == .succeeded)
    #expect(outcome.finished?.result == .recoveredWithExceptions)
  }

  @Test func aStepThatAModeLeavesOutIsNoException() {
    let outcome = MachineWorld.story([
      (PlanFixtures.step("a", modes: [.drill]), works), (PlanFixtures.step("b"), works),
    ]).run()
    #expect(outcome.end("a")?.error?.message == "a recovery leaves it out: its modes are drill")
    #expect(outcome.finished == RunFinished(result: .recovered))
  }

  @Test func aFailureUnderPauseLetsWhatRunsEndAndLeavesTheRest() {
    let outcome = MachineWorld.story(
      [
        (PlanFixtures.step("restore", needs: [], onFailure: .pause), fails),
        (PlanFixtures.step("other", needs: []), [.succeed(after: 50)]),
        (PlanFixtures.step("verify", needs: ["other"]), works),
      ], finally: [(PlanFixtures.step("tell"), works)]
    ).run()
    #expect(outcome.end("other")?.state == .succeeded)
    #expect(outcome.end("verify") == nil)
    #expect(outcome.end("tell") == nil)
    #expect(outcome.finished?.result == .waiting)
    #expect(outcome.end == .milliseconds(50))
  }

  @Test func aStepIsTriedAgainWhileTheRunGoesOverToWaiting() {
    let again = PlanFixtures.step(
      "again", needs: [],
      retry: RetryPolicy(maxAttempts: 2, initial: .milliseconds(10), factor: 1, max: .milliseconds(10)))
    let outcome = MachineWorld.story([
      (PlanFixtures.step("restore", needs: [], onFailure: .pause), fails),
      (again, [.fail(after: 1, retryable: true), .succeed(after: 1)]),
    ]).run()
    #expect(outcome.end("again")?.state == .succeeded)
    #expect(outcome.finished?.result == .waiting)
  }

  @Test func anInterruptCancelsRunsFinallyAndNamesItsSignal() {
    let world = MachineWorld.story(
      [(PlanFixtures.step("restore"), [.hang(stopsAfter: 3)]), (PlanFixtures.step("verify"), works)],
      finally: [(PlanFixtures.step("tell"), works)])
    let outcome = world.run([.interrupt(before: 1, stage: 1)])
    #expect(outcome.end("restore")?.state == .cancelled)
    #expect(outcome.end("restore")?.error?.message == "the run was stopped by SIGINT")
    #expect(outcome.end("tell")?.state == .succeeded)
    #expect(
      outcome.finished == RunFinished(result: .interrupted, reason: "stopped by SIGINT", signal: "SIGINT"))
  }

  @Test func aSecondInterruptEndsTheRunAndLeavesWhatWasInFlightOpen() {
    let world = MachineWorld.story(
      [(PlanFixtures.step("restore"), [.hang(stopsAfter: nil)])],
      finally: [(PlanFixtures.step("tell"), works)])
    let outcome = world.run([.interrupt(before: 1, stage: 1), .interrupt(before: 2, stage: 2)])
    #expect(outcome.end("restore") == nil)
    #expect(outcome.end("tell") == nil)
    #expect(outcome.finished?.result == .interrupted)
    #expect(outcome.end == .zero)
  }

  @Test func anInterruptDuringFinallyLetsItEndAndTakesNothingFromTheRecovery() {
    let world = MachineWorld.story(
      [(PlanFixtures.step("restore"), works)], finally: [(PlanFixtures.step("tell"), works)])
    let outcome = world.run([.interrupt(before: 2, stage: 1)])
    #expect(outcome.end("tell")?.state == .succeeded)
    #expect(outcome.finished == RunFinished(result: .recovered))
  }

  @Test func everyStepOfFinallyRunsWhateverBecameOfThoseBeforeIt() {
    let outcome = MachineWorld.story(
      [(PlanFixtures.step("restore"), works)],
      finally: [(PlanFixtures.step("tell"), fails), (PlanFixtures.step("clean-up"), works)]
    ).run()
    #expect(outcome.end("clean-up")?.state == .succeeded)
    #expect(
      outcome.finished == RunFinished(result: .recoveredWithExceptions, reason: "step `tell` failed"))
  }

  @Test func finallyMakesAFailedRunNoBetter() {
    let outcome = MachineWorld.story(
      [(PlanFixtures.step("restore"), fails)], finally: [(PlanFixtures.step("tell"), works)]
    ).run()
    #expect(outcome.finished?.result == .failed)
  }

  @Test func whatBecomesDueAtOnceGoesOnRecordAtOnce() {
    let graph = GraphFixture.graph(
      [PlanFixtures.step("a"), PlanFixtures.step("b")], finally: [PlanFixtures.step("tell")])
    var machine = RunMachine(
      graph: graph, mode: .recovery, targets: [[], [], []], options: ExecutionOptions())
    _ = machine.handle(.begin(MachineWorld.start), at: .zero)
    let failure = StepFailure(.system, "scripted", isRetryable: false)
    let effects = machine.handle(.failed(step: 0, attempt: 1, failure), at: .seconds(1))
    guard case .record(let bodies)? = effects.first else {
      Issue.record("no record")
      return
    }
    #expect(bodies.count == 4)
    #expect(bodies.last == .stepStarted(StepStarted(step: PlanFixtures.step("tell"), attempt: 1)))
    #expect(effects.dropFirst().first == .start(step: 2, attempt: 1, limit: .seconds(600)))
  }

  @Test func anEndThatNobodyWaitsForChangesNothing() {
    let graph = GraphFixture.graph([PlanFixtures.step("a")])
    var machine = RunMachine(graph: graph, mode: .recovery, targets: [[]], options: ExecutionOptions())
    _ = machine.handle(.begin(MachineWorld.start), at: .zero)
    #expect(machine.handle(.succeeded(step: 0, attempt: 2, outputs: [:]), at: .zero) == [])
    #expect(machine.handle(.succeeded(step: 7, attempt: 1, outputs: [:]), at: .zero) == [])
    _ = machine.handle(.succeeded(step: 0, attempt: 1, outputs: [:]), at: .zero)
    #expect(machine.handle(.succeeded(step: 0, attempt: 1, outputs: [:]), at: .zero) == [])
  }

  @Test func twentyThousandStepsLeftOutInARowHoldNothingUp() {
    let steps: [Step] = (0..<20_000).map { PlanFixtures.step("s\($0)", modes: [.drill]) }
    let graph = GraphFixture.graph(steps + [PlanFixtures.step("last")])
    var machine = RunMachine(
      graph: graph, mode: .recovery, targets: graph.nodes.map { _ in [] }, options: ExecutionOptions())
    let begun = machine.handle(.begin(MachineWorld.start), at: .zero)
    #expect(begun.contains(.start(step: 20_000, attempt: 1, limit: .seconds(600))))
    let ended = machine.handle(.succeeded(step: 20_000, attempt: 1, outputs: [:]), at: .zero)
    #expect(ended.last == .finish(RunFinished(result: .recovered)))
  }
}
