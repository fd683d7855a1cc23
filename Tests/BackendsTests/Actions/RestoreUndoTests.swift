import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import Repository
import RunEvents
import Testing
import Values

@testable import Backends

/// A restore whose process was killed, judged by its evidence and its marks; and the way back.
@Suite struct RestoreUndoTests {
  private let here: CheckSituation
  private let engine: SQLiteEngine
  private let path: String

  init() throws {
    here = try CheckSituation()
    path = here.scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 20)
    engine = try DataKeys.sqlite(path)
  }

  private func restore() throws -> RestoreDatabase {
    RestoreDatabase(try DataKeys.record(RestoreDatabase.declaration, "{database: orders}"))
  }

  private func context(_ earlier: [StepEvidence]) -> StepContext {
    here.context(["orders": engine], earlier: earlier)
  }

  @Test func everyPrefixOfTheRecordIsReconciledAndUndone() async throws {
    _ = try await here.snapshot("orders", engine)
    try SampleDatabase.add(SQLiteDatabase(path: path, mode: .readWrite), 5)
    let result = try await restore().run(context([]))
    let evidence = here.evidence
    try #require(evidence.count == 4)

    for count in 0...1 {
      guard case .notDone = try await restore().reconcile(context(Array(evidence.prefix(count)))) else {
        Issue.record("not published before it is on record, \(count)")
        return
      }
      #expect(try await restore().undo(context(Array(evidence.prefix(count)))) == .nothingToUndo)
    }
    // The swap had happened, and the record ends before it, in the middle, or after it.
    for count in 2...4 {
      let before = here.evidence.count
      guard case .done(let found, _) = try await restore().reconcile(context(Array(evidence.prefix(count))))
      else {
        Issue.record("published, with \(count) on record")
        return
      }
      #expect(found == result)
      #expect(Array(evidence.prefix(count)) + here.evidence.dropFirst(before) == evidence)
    }
    let anew = here.context(["orders": engine], earlier: evidence, current: [])
    guard case .notDone = try await restore().reconcile(anew) else {
      Issue.record("a restore that begins anew is another")
      return
    }
    let outcome = try await restore().undo(anew)
    let aside = "\(path).undone-\(PlanFixtures.runID)"
    #expect(
      outcome
        == .undone(
          "what stood at `\(path)` before stands there again, and what the restore had put there is kept as "
            + "`\(aside)`; the engine's own check finds no fault with it"))
    #expect(try SampleDatabase.soundOrders(path) == 25)
    #expect(try SampleDatabase.soundOrders(aside) == 20)
    #expect(try await restore().undo(context(evidence)) == outcome)
    guard case .notDone = try await restore().reconcile(context(Array(evidence.prefix(2)))) else {
      Issue.record("undone is not done")
      return
    }
  }

  @Test func anAttemptGivenUpAfterItWasAnnouncedIsNotDoneAndNothingToUndo() async throws {
    _ = try await here.snapshot("orders", engine)
    let staged = try await Rehearsal(here.store).stage(
      try #require(try await here.store.snapshots(of: PlanFixtures.database("orders")).snapshots.first),
      for: engine, run: PlanFixtures.runID)
    await staged.restoration.abandon(staged.planned.staging)
    let chosen = try await chosenEvidence()
    let evidence = [chosen, .publishing(staged.planned)]
    guard case .notDone = try await restore().reconcile(context(evidence)) else {
      Issue.record("it was given up")
      return
    }
    #expect(try await restore().undo(context(evidence)) == .nothingToUndo)
    #expect(try SampleDatabase.soundOrders(path) == 20)
  }

  @Test func twoRestoresOfOneStepGoBackBoth() async throws {
    _ = try await here.snapshot("orders", engine)
    try SampleDatabase.add(SQLiteDatabase(path: path, mode: .readWrite), 5)
    _ = try await restore().run(context([]))
    try SampleDatabase.add(SQLiteDatabase(path: path, mode: .readWrite), 1)
    _ = try await restore().run(context([]))
    guard case .undone = try await restore().undo(context(here.evidence)) else {
      Issue.record("not undone")
      return
    }
    #expect(try SampleDatabase.soundOrders(path) == 25)
    #expect(try SampleDatabase.soundOrders("\(path).undone-\(PlanFixtures.runID)") == 20)
    #expect(try SampleDatabase.soundOrders("\(path).undone-\(PlanFixtures.runID)-2") == 21)
  }

  @Test func dataThatWasDamagedBeforeIsToldAndFailsNothing() async throws {
    _ = try await here.snapshot("orders", engine)
    try SQLiteDatabase(path: path, mode: .readWrite).executeScript("DELETE FROM orders WHERE id = 2")
    _ = try await restore().run(context([]))
    guard case .undone(let detail) = try await restore().undo(context(here.evidence)) else {
      Issue.record("not undone")
      return
    }
    #expect(detail.contains("the engine's own check finds fault with it: foreign_key_check"))
  }

  @Test func whatIsKeptAndGoneIsAFailureThatSaysSo() async throws {
    _ = try await here.snapshot("orders", engine)
    let kept = try #require(try await restore().run(context([])).outputs["kept"])
    try FileManager.default.removeItem(atPath: kept)
    let evidence = here.evidence
    let failure = await #expect(throws: StepFailure.self) { try await restore().undo(context(evidence)) }
    #expect(failure?.message.contains("is gone: it was kept as `\(kept)`") == true)
    // And with what was restored gone too.
    try FileManager.default.moveItem(atPath: path, toPath: here.scratch.file("elsewhere"))
    let second = await #expect(throws: StepFailure.self) { try await restore().undo(context(evidence)) }
    #expect(second?.message.contains("nothing stands at `\(path)`") == true)
  }

  private func chosenEvidence() async throws -> StepEvidence {
    let record = try #require(
      try await here.store.snapshots(of: PlanFixtures.database("orders")).snapshots.first)
    return .snapshotChosen(
      RestoredDatabase(
        database: record.database, snapshot: record.id, consistentAt: record.consistentAt,
        bytes: record.logicalBytes, files: Int(record.files), verified: false))
  }
}
