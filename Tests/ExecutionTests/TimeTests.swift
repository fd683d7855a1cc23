import DrplanTestKit
import PlanModel
import RunEvents
import Testing
import Values

@testable import Execution

/// Timeouts, retries and stopping, on a virtual clock.
@Suite struct TimeTests {
  private func retry(_ attempts: Int, limit: Duration? = nil, initial: Int = 10, max: Int = 1000)
    -> RetryPolicy
  {
    RetryPolicy(
      maxAttempts: attempts, attemptTimeout: limit, initial: .milliseconds(initial), factor: 2,
      max: .milliseconds(max))
  }

  @Test func pausesBetweenAttemptsGrowUpToTheirLongest() {
    let step = PlanFixtures.step("restore", retry: retry(5, initial: 10, max: 30))
    let outcome = MachineWorld.story([(step, [.fail(after: 1, retryable: true)])]).run()
    #expect(outcome.startTimes(0) == [0, 11, 32, 63, 94])
    #expect(outcome.end("restore")?.attempts == 5)
    let delays = outcome.bodies.compactMap {
      if case .stepRetrying(let event) = $0 { event.delaySeconds } else { nil }
    }
    #expect(delays == [0.01, 0.02, 0.03, 0.03])
  }

  @Test func aStepThatSucceedsAtItsSecondAttemptSucceeds() {
    let step = PlanFixtures.step("restore", retry: retry(3))
    let outcome = MachineWorld.story([(step, [.fail(after: 1, retryable: true), .succeed(after: 1)])]).run()
    #expect(outcome.end("restore")?.state == .succeeded)
    #expect(outcome.end("restore")?.attempts == 2)
    #expect(outcome.finished?.result == .recovered)
  }

  @Test func aFailureThatTryingAgainCannotHelpIsNotTriedAgain() {
    let step = PlanFixtures.step("restore", retry: retry(5))
    let outcome = MachineWorld.story([(step, [.fail(after: 1, retryable: false)])]).run()
    #expect(outcome.end("restore")?.attempts == 1)
  }

  @Test func aPauseThatTheTimeoutDoesNotLeaveTimeForIsNotBegun() {
    let step = PlanFixtures.step("restore", timeout: .milliseconds(25), retry: retry(5, initial: 10))
    let outcome = MachineWorld.story([(step, [.fail(after: 1, retryable: true)])]).run()
    #expect(outcome.startTimes(0) == [0, 11])
    #expect(outcome.end("restore")?.error?.code == "System")
    #expect(
      outcome.end("restore")?.error?.message
        == "scripted; attempt 2 of 5, and the timeout of 25ms leaves no time for another")
    #expect(outcome.end == .milliseconds(12))
  }

  @Test func aStepThatTakesTooLongIsToldToStopAndFails() {
    let step = PlanFixtures.step("restore", timeout: .milliseconds(50))
    let outcome = MachineWorld.story([(step, [.hang(stopsAfter: 5)])]).run()
    #expect(outcome.end("restore")?.state == .failed)
    #expect(outcome.end("restore")?.error?.code == "Timeout")
    #expect(outcome.end("restore")?.error?.message == "took longer than its timeout of 50ms")
    #expect(outcome.end == .milliseconds(55))
  }

  @Test func theTimeoutOfAStepCountsItsRetriesAndPauses() {
    let step = PlanFixtures.step("restore", timeout: .milliseconds(50), retry: retry(9, initial: 15))
    let attempts: [MachineWorld.Attempt] = [.fail(after: 20, retryable: true), .hang(stopsAfter: 0)]
    let outcome = MachineWorld.story([(step, attempts)]).run()
    #expect(outcome.startTimes(0) == [0, 35])
    #expect(outcome.end("restore")?.error?.code == "Timeout")
    #expect(outcome.end == .milliseconds(50))
  }

  @Test func anAttemptThatTakesTooLongIsTriedAgain() {
    let step = PlanFixtures.step("restore", retry: retry(3, limit: .milliseconds(20), initial: 10))
    let outcome = MachineWorld.story([(step, [.hang(stopsAfter: 5), .succeed(after: 1)])]).run()
    #expect(outcome.startTimes(0) == [0, 35])
    #expect(outcome.end("restore")?.state == .succeeded)
    let errors = outcome.bodies.compactMap {
      if case .stepRetrying(let event) = $0 { event.error.message } else { nil }
    }
    #expect(errors == ["attempt 1 took longer than the 20ms that one may"])
  }

  @Test func workThatIsDoneJustAfterTheTimeoutIsDone() {
    let step = PlanFixtures.step("restore", timeout: .milliseconds(50))
    let outcome = MachineWorld.story([(step, [.succeed(after: 51)])]).run()
    #expect(outcome.end("restore")?.state == .succeeded)
  }

  @Test func aStepThatDoesNotStopHoldsTheRunUpOnlyForAWhile() {
    let step = PlanFixtures.step("restore", timeout: .milliseconds(50))
    let outcome = MachineWorld.story(
      [(step, [.hang(stopsAfter: nil)])], finally: [(PlanFixtures.step("tell"), [.succeed(after: 1)])],
      options: ExecutionOptions(cancelGrace: .seconds(2))
    ).run()
    #expect(outcome.end("restore")?.state == .failed)
    #expect(
      outcome.end("restore")?.error?.message
        == "took longer than its timeout of 50ms, and did not stop within 2s of being told to: it may still be at work"
    )
    #expect(outcome.end("tell")?.state == .succeeded)
    #expect(outcome.finished?.result == .failed)
    #expect(outcome.end == .milliseconds(2051))
  }

  @Test func anAttemptThatDoesNotStopIsNotTriedAgainBesideItself() {
    let step = PlanFixtures.step("restore", retry: retry(3, limit: .milliseconds(20)))
    let outcome = MachineWorld.story([(step, [.hang(stopsAfter: nil)])]).run()
    #expect(outcome.end("restore")?.attempts == 1)
    #expect(outcome.violations.isEmpty)
  }

  @Test func nothingTouchesWhatAStepThatDidNotStopMayStillChange() {
    let deaf = PlanFixtures.step("restore", needs: [], timeout: .milliseconds(10), onFailure: .continue)
    let same = PlanFixtures.step("again", needs: [], onFailure: .continue)
    let other = PlanFixtures.step("other", needs: [])
    let outcome = MachineWorld.story(
      [(deaf, [.hang(stopsAfter: nil)]), (same, [.succeed(after: 1)]), (other, [.succeed(after: 1)])],
      targets: ["restore": "data:/orders", "again": "data:/orders"]
    ).run()
    #expect(outcome.end("again")?.state == .notReached)
    #expect(
      outcome.end("again")?.error?.message == "step `restore` did not stop and may still be at work")
    #expect(outcome.end("other")?.state == .succeeded)
    #expect(outcome.violations.isEmpty)
  }
}
