import RunEvents
import Testing
import Values

@testable import Reporting

/// Which data loss is stated, and when none is.
@Suite struct RecoveryPointTests {
  @Test func theOldestRecoveryPointWins() throws {
    var story = try twoDatabases()
    try story.restore("orders", from: 0, to: 1, consistentAt: "2026-11-20T03:13:02.250Z")
    try story.restore("ledger", from: 1, to: 2, consistentAt: "2026-11-20T03:06:02.250Z")
    story.finish(.recovered)
    let rpo = try story.record.objectives.rpo
    #expect(rpo.actualSeconds == 540)
    #expect(rpo.database?.text == "ledger")
    #expect(rpo.verdict == .missed)
  }

  @Test func aDatabaseThatWasNotRestoredLeavesItUnmeasured() throws {
    var story = try twoDatabases()
    try story.restore("orders", from: 0, to: 1)
    try story.end("restore-ledger", .failed, at: 2)
    story.finish(.failed)
    let rpo = try story.record.objectives.rpo
    #expect(rpo.verdict == .unmeasured)
    #expect(rpo.reason == "database `ledger` was not restored: step `restore-ledger` failed")
  }

  @Test func nothingRestoredIsUnmeasured() throws {
    var story = try RunStory(
      restoredWhen: "verify-orders", steps: [try step("verify-orders", "VerifyIntegrity", .verify)])
    try story.verify(from: 0, to: 1, [.passed])
    story.finish(.recovered)
    let record = try story.record
    #expect(record.objectives.rpo.reason == "no database was restored")
    #expect(record.exitCode == 3)
  }

  @Test func anUnverifiedRestoreIsUnmeasured() throws {
    var story = try RunStory(
      restoredWhen: nil,
      steps: [try step("restore-orders", "RestoreDatabase", .restore, restores: ["orders"])])
    try story.restore(from: 0, to: 1, verified: false)
    story.finish(.recovered)
    #expect(try story.record.objectives.rpo.reason == "database `orders` was restored and not verified")
  }

  @Test func aRecoveryPointAfterTheDisruptionIsUnmeasuredWithTheFigures() throws {
    var story = try RunStory(
      disrupted: "2026-11-20T03:10:00Z", restoredWhen: nil,
      steps: [try step("restore-orders", "RestoreDatabase", .restore, restores: ["orders"])])
    try story.restore(from: 0, to: 1, consistentAt: "2026-11-20T03:12:30Z")
    story.finish(.recovered)
    let rpo = try story.record.objectives.rpo
    #expect(rpo.verdict == .unmeasured)
    #expect(
      rpo.reason
        == "the recovery point of database `orders`, 2026-11-20T03:12:30.000Z, lies 2 m 30 s after the disruption, "
        + "2026-11-20T03:10:00.000Z: clock skew, or a wrong --disrupted-at")
  }

  @Test func aProofThatRanBeforeTheRestoreProvesNothing() throws {
    var story = try RunStory(
      steps: [
        try step("verify-orders", "VerifyIntegrity", .verify, verifies: ["orders"]),
        try step("restore-orders", "RestoreDatabase", .restore, restores: ["orders"]),
      ])
    try story.verify(from: 0, to: 1, [.passed])
    try story.restore(from: 1, to: 2)
    story.finish(.recovered)
    #expect(
      try story.record.objectives.rpo.reason
        == "step `verify-orders`, which proves database `orders`, ran before its restore ended")
  }

  @Test func aSecondRestoreThatFailedTakesTheProofAway() throws {
    var story = try RunStory(
      restoredWhen: nil,
      steps: [
        try step("restore-orders", "RestoreDatabase", .restore, restores: ["orders"]),
        try step("restore-again", "RestoreDatabase", .restore, onFailure: .continue, restores: ["orders"]),
      ])
    try story.restore(from: 0, to: 1)
    try story.begin("restore-again", at: 1)
    try story.end("restore-again", .failed, at: 2)
    story.finish(.recoveredWithExceptions)
    #expect(
      try story.record.objectives.rpo.reason
        == "step `restore-again`, which restores database `orders` too, failed")
  }

  @Test func aRunRolledBackHasNeitherFigure() throws {
    let events = try RunStory.good().events.dropLast()
    var fold = RunRecordFold(events)
    var last = try unwrapped(events.last)
    last.sequence += 1
    last.body = .runFinished(RunFinished(result: .rolledBack))
    fold.apply(last)
    let record = try unwrapped(fold.record())
    #expect(record.objectives.rto.verdict == .unmeasured)
    #expect(record.objectives.rpo.verdict == .unmeasured)
    #expect(record.exitCode == 1)
  }

  private func twoDatabases() throws -> RunStory {
    try RunStory(
      restoredWhen: nil,
      steps: [
        try step("restore-orders", "RestoreDatabase", .restore, restores: ["orders"]),
        try step("restore-ledger", "RestoreDatabase", .restore, restores: ["ledger"]),
      ])
  }
}
