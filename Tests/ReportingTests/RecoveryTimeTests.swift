import RunEvents
import Testing
import Values

@testable import Reporting

/// What counts as recovery time, and when there is none.
@Suite struct RecoveryTimeTests {
  @Test func theClockStopsAtTheVerificationNotAtTheLastStep() throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    try story.restore(from: 0, to: 1)
    try story.verify(from: 1, to: 2, [.passed])
    story.add(.finallyStarted)
    try story.begin("close-out", at: 2)
    try story.end("close-out", at: 600)
    story.finish(.recovered)
    #expect(try story.record.objectives.rto.actualSeconds == 2)
    #expect(try story.record.seconds == 600)
  }

  @Test(arguments: [(899.999, Verdict.met), (900, .met), (900.001, .missed)])
  func theObjectiveItselfIsStillMet(_ end: Double, _ verdict: Verdict) throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    try story.restore(from: 0, to: 1)
    try story.verify(from: 1, to: end, [.passed])
    #expect(try story.record.objectives.rto.verdict == verdict)
  }

  @Test func timeBeforeTheRunCountsFromTheDeclaration() throws {
    let record = try measured(from: .declaration, declared: "2026-11-20T03:05:02.250Z").record
    #expect(record.objectives.rto.actualSeconds == 602)
    #expect(record.objectives.rto.beforeRunSeconds == 600)
    #expect(!record.objectives.rto.startAssumed)
  }

  @Test func timeBeforeTheRunCountsFromTheDisruption() throws {
    let record = try measured(
      from: .disruption, declared: "2026-11-20T03:14:02.250Z", disrupted: "2026-11-20T03:13:02.250Z"
    ).record
    #expect(record.objectives.rto.actualSeconds == 122)
  }

  @Test func aStartInTheFutureCountsFromTheRunAndIsFlagged() throws {
    let record = try measured(from: .declaration, declared: "2026-11-20T04:00:00Z").record
    #expect(record.objectives.rto.actualSeconds == 2)
    #expect(record.warnings.contains { $0.contains("lies after the start of the run") })
  }

  @Test func anAssumedDeclarationIsSaid() throws {
    #expect(try measured(from: .declaration, declared: nil).record.objectives.rto.startAssumed)
  }

  @Test func aRollbackThatFailedSaysSoBeforeAnythingElse() throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    try story.restore(from: 0, to: 1)
    try story.end("verify-orders", .failed, error: StepError(code: "System", message: "no"), at: 3)
    let restore = try #require(RunStory.ordersSteps.first { !$0.restores.isEmpty }).id
    story.add(.undoStarted(UndoStarted(reason: "asked for", steps: [restore])))
    story.add(.stepUndone(StepUndone(step: restore, state: .failed, detail: "see")))
    story.finish(.failed, reason: "asked for, and not everything could be undone: `restore-orders`")
    #expect(try story.record.verdictSentence.contains("not everything could be undone"))
  }

  @Test func whatRanAgainAfterARollbackIsMeasured() throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    try story.restore(from: 0, to: 1)
    try story.verify(from: 1, to: 2, [.passed])
    let restore = try #require(RunStory.ordersSteps.first { !$0.restores.isEmpty }).id
    let verify = try #require(RunStory.ordersSteps.first { $0.phase == .verify }).id
    story.add(.undoStarted(UndoStarted(reason: "asked for", steps: [verify, restore])))
    story.add(.stepUndone(StepUndone(step: verify, state: .nothingToUndo, detail: "")))
    story.add(.stepUndone(StepUndone(step: restore, state: .undone, detail: "back")))
    story.finish(.rolledBack)
    #expect(try story.record.objectives.rto.verdict == .unmeasured)
    story.add(
      .runResumed(
        RunResumed(
          purpose: .resume, tool: "0.1.0", user: "anna", host: "host", pid: 2, bootID: "boot",
          planDigest: .zero,
          reruns: [restore, verify].map { StepRerun(step: $0, reason: "it was undone") })))
    try story.restore(from: 10, to: 11)
    try story.verify(from: 11, to: 12, [.passed])
    story.finish(.recovered)
    #expect(try story.record.objectives.rto.actualSeconds == 12)
    #expect(try story.record.objectives.rpo.actualSeconds != nil)
    #expect(try !story.record.warnings.contains { $0.contains("does not follow") })
  }

  @Test(arguments: [
    (StepState.failed, "failed"), (.skipped, "was skipped"), (.cancelled, "was cancelled"),
    (.notReached, "was not reached"),
  ])
  func aVerificationThatDidNotSucceedLeavesTheTimeUnmeasured(_ state: StepState, _ word: String) throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    try story.end("verify-orders", state, at: 3)
    story.finish(.failed)
    let rto = try story.record.objectives.rto
    #expect(rto.verdict == .unmeasured)
    #expect(rto.actualSeconds == nil)
    #expect(rto.reason == "step `verify-orders`, which stops the clock, \(word)")
  }

  @Test func withoutAVerificationTheTimeIsUnmeasured() throws {
    var story = try RunStory(restoredWhen: nil, steps: try RunStory.ordersSteps)
    try story.restore(from: 0, to: 1)
    story.finish(.recovered)
    let record = try story.record
    #expect(record.objectives.rto.verdict == .unmeasured)
    #expect(record.exitCode == 3)
  }

  @Test func aCheckThatCouldNotRunLeavesTheTimeUnmeasuredThoughItsStepSucceeded() throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    try story.restore(from: 0, to: 1)
    try story.begin("verify-orders", at: 1)
    try story.evidence("verify-orders", .check(check("row-counts", .errored)))
    try story.end("verify-orders", at: 2)
    story.finish(.recovered)
    let record = try story.record
    #expect(record.objectives.rto.reason == "check `row-counts` of step `verify-orders` could not run")
    #expect(record.objectives.rpo.reason == "check `row-counts` of database `orders` could not run")
    #expect(record.exitCode == 3)
  }

  @Test func onlyTheLastAttemptsChecksCount() throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    try story.restore(from: 0, to: 1)
    try story.begin("verify-orders", at: 1)
    try story.evidence("verify-orders", .check(check("row-counts", .errored)))
    story.add(
      .stepRetrying(
        StepRetrying(
          step: try name("verify-orders"), attempt: 1,
          error: StepError(code: "CheckFailed", message: "locked"),
          delaySeconds: 1)))
    try story.begin("verify-orders", attempt: 2, at: 2)
    try story.evidence("verify-orders", .check(check("row-counts", .passed)), attempt: 2)
    try story.end("verify-orders", attempts: 2, at: 3)
    story.finish(.recovered)
    let record = try story.record
    #expect(record.objectives.rto.verdict == .met)
    #expect(record.checks.map(\.state) == [.passed])
    #expect(try record.steps.first { $0.id == (try name("verify-orders")) }?.retries.count == 1)
  }

  private func measured(
    from: MeasuredFrom, declared: String?, disrupted: String? = nil
  ) throws -> RunStory {
    var story = try RunStory(
      declared: declared, disrupted: disrupted, measuredFrom: from, steps: try RunStory.ordersSteps)
    try story.restore(from: 0, to: 1)
    try story.verify(from: 1, to: 2, [.passed])
    story.finish(.recovered)
    return story
  }

  private func check(_ id: String, _ state: CheckRecord.State) throws -> CheckRecord {
    CheckRecord(
      id: id, type: "RowCounts", database: try name("orders"), state: state, expected: "", actual: "",
      seconds: 0)
  }
}
