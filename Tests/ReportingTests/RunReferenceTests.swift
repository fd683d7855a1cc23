import RunEvents
import Testing
import Values

@testable import Reporting

/// What `${run.…}` says while a run goes on.
@Suite struct RunReferenceTests {
  @Test func theResultIsKnownAsSoonAsTheMainStepsAreOver() throws {
    var fold = RunRecordFold()
    for event in try RunStory.good().events {
      if event.body == .finallyStarted { #expect(fold.reference("run.result") == "Recovered") }
      fold.apply(event)
      if event.elapsed < .seconds(12) { #expect(fold.reference("run.result") == "Running") }
    }
    #expect(fold.reference("run.result") == "Recovered")
  }

  @Test func aFailedRunSaysWhereAndWhyBeforeItEnds() throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    try story.restore(from: 0, to: 1)
    for step in ["announce", "restart-services"] { try story.begin(step); try story.end(step) }
    try story.verify(from: 2, to: 3, [.failed])
    let fold = RunRecordFold(story.events)
    #expect(fold.reference("run.result") == "Failed")
    #expect(fold.reference("run.failedStep") == "verify-orders")
    #expect(fold.reference("run.error") == "1 of 1 checks did not pass")
    #expect(fold.reference("run.recoveryTime") == "unmeasured")
  }

  @Test func everyNameHasAValueThatIsNotEmpty() throws {
    let fold = RunRecordFold(try RunStory.good().events)
    let values = RunReferenceNames.all.sorted().map { fold.reference("run.\($0)") ?? "" }
    #expect(
      values == [
        "2 m 03 s", "none", "none", RunStory.run, "recovery", "orders", "2026-11-20T03:12:59.250Z", "12.4 s",
        "Recovered", "2026-11-20T03:15:02.250Z",
      ])
    #expect(fold.reference("run.colour") == nil)
  }

  @Test(arguments: [
    (FailurePolicy.abort, RunResult.failed), (.pause, .waiting), (.continue, .recoveredWithExceptions),
  ])
  func thePolicyOfAFailedStepDecides(_ policy: FailurePolicy, _ result: RunResult) throws {
    let outline = try step("announce", "NotifyStakeholders", .notify, onFailure: policy)
    #expect(ExpectedResult.of([(outline, .failed, nil)], restoredWhen: nil, interrupted: false) == result)
    #expect(
      ExpectedResult.of([(outline, .failed, nil)], restoredWhen: nil, interrupted: true) == .interrupted)
    #expect(
      ExpectedResult.of([(outline, .failed, nil)], restoredWhen: outline.id, interrupted: false) != .recovered
    )
  }

  @Test func anInterruptAfterTheMainStepsDoesNotChangeTheResult() throws {
    var fold = RunRecordFold()
    for event in try RunStory.good().events.dropLast() { fold.apply(event) }
    let last = try unwrapped(fold.last)
    fold.apply(
      RunEvent(
        sequence: last.sequence + 1, run: last.run, plan: last.plan, time: last.time, elapsed: last.elapsed,
        body: .interruptRequested(InterruptRequested(signal: "SIGINT", stage: 1))))
    #expect(fold.reference("run.result") == "Recovered")
  }

  @Test func aRestoreThatFailedUnderContinueIsNoRecoveryWhereNothingProvesIt() throws {
    let outline = try step(
      "restore-orders", "RestoreDatabase", .restore, onFailure: .continue, restores: ["orders"])
    #expect(ExpectedResult.of([(outline, .failed, nil)], restoredWhen: nil, interrupted: false) == .failed)
  }

  @Test func aStepLeftOutByItsModeIsNoException() throws {
    let outline = try step("approve-cutover", "Approve", .waiting)
    let byMode = StepError(code: ExpectedResult.skippedByMode, message: "not part of a drill")
    #expect(
      ExpectedResult.of([(outline, .skipped, byMode)], restoredWhen: nil, interrupted: false) == .recovered)
    #expect(
      ExpectedResult.of([(outline, .skipped, nil)], restoredWhen: nil, interrupted: false)
        == .recoveredWithExceptions)
  }
}
