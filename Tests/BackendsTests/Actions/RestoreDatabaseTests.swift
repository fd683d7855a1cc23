import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import Repository
import RunEvents
import Testing
import Values

@testable import Backends

@Suite struct RestoreDatabaseTests {
  private let here: CheckSituation
  private let engine: SQLiteEngine
  private let path: String

  init() throws {
    here = try CheckSituation()
    path = here.scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 20)
    engine = try DataKeys.sqlite(path)
  }

  @Test func aRestorePutsEveryDecisionOnRecordBeforeItsEffect() async throws {
    let record = try await here.snapshot("orders", engine)
    try SampleDatabase.add(SQLiteDatabase(path: path, mode: .readWrite), 5)
    let result = try await restore().run(here.context(["orders": engine]))
    #expect(try SampleDatabase.soundOrders(path) == 20)
    let kept = try #require(result.outputs["kept"])
    #expect(try SampleDatabase.soundOrders(kept) == 25)
    #expect(result.outputs["snapshot"] == record.id.text)
    #expect(result.outputs["recoveryPoint"] == record.consistentAt.description)
    #expect(result.outputs["files"] == "1")

    guard here.evidence.count == 4, case .snapshotChosen(let chosen) = here.evidence[0],
      case .publishing(let planned) = here.evidence[1], case .restored(let restored) = here.evidence[2],
      case .published(let published) = here.evidence[3]
    else {
      Issue.record("\(here.evidence)")
      return
    }
    #expect(chosen.snapshot == record.id && !chosen.verified && restored.verified)
    #expect(planned.target == path && planned.kept == kept && published.kept == kept)
  }

  @Test func aSecondAttemptRestoresAgainAndKeepsTheFirstKept() async throws {
    _ = try await here.snapshot("orders", engine)
    try SampleDatabase.add(SQLiteDatabase(path: path, mode: .readWrite), 5)
    let first = try await restore().run(here.context(["orders": engine]))
    let second = try await restore().run(here.context(["orders": engine]))
    #expect(first.outputs["kept"] != second.outputs["kept"])
    #expect(try SampleDatabase.soundOrders(try #require(first.outputs["kept"])) == 25)
  }

  @Test func aPlaceWithinThatOfAnotherDatabaseIsRefusedThroughLinks() async throws {
    _ = try await here.snapshot("orders", engine)
    try FileManager.default.createDirectory(
      atPath: here.scratch.file("tree"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: here.scratch.file("link"), withDestinationPath: here.scratch.file("tree"))
    let inside = try DataKeys.sqlite(here.scratch.file("link/sub/orders.db"))
    let context = here.context(["orders": inside, "tree": try DataKeys.files(here.scratch.file("tree"))])
    let failure = await #expect(throws: StepFailure.self) { try await restore().run(context) }
    #expect(failure?.message.hasSuffix("restoring one would overwrite the other") == true)
    #expect(failure?.isRetryable == false)
    #expect(!here.scratch.has("tree/sub"))
    let findings = try await restore().probe(context)
    #expect(findings.contains { $0.state == .blocked && $0.detail == failure?.message })
  }

  @Test func ownersThatCouldNotBeSetAreNoted() throws {
    let id = PlanFixtures.database("orders")
    #expect(RestoreDatabase.ownersNote(0, of: id) == nil)
    #expect(RestoreDatabase.ownersNote(1, of: id)?.hasPrefix("the owners of 1 file or folder of `orders`") == true)
    #expect(RestoreDatabase.ownersNote(7, of: id)?.hasPrefix("the owners of 7 files and folders of `orders`") == true)
  }

  @Test func twoNamesOfOnePlaceHaveOneLock() throws {
    try FileManager.default.createSymbolicLink(
      atPath: here.scratch.file("link.db"), withDestinationPath: path)
    #expect(try DataKeys.sqlite(here.scratch.file("link.db")).target == engine.target)
    #expect(try DataKeys.files(here.scratch.file("link.db")).target == engine.target)
  }

  @Test func withoutARepositoryTheRemedyIsABackup() async throws {
    let failure = await #expect(throws: StepFailure.self) {
      try await restore().run(here.context(["orders": engine]))
    }
    #expect(failure?.remedy == "take one with `drplan backup PLAN orders`")
    #expect(failure?.isRetryable == false)
    #expect(here.evidence.isEmpty)
  }

  @Test func withoutASnapshotTheRemedyIsABackup() async throws {
    _ = try await here.snapshot("other", engine)
    let failure = await #expect(throws: StepFailure.self) {
      try await restore().run(here.context(["orders": engine]))
    }
    #expect(failure?.code.rawValue == "SnapshotMissing")
    #expect(failure?.message == "there is no snapshot of `orders`")
    #expect(failure?.remedy == "take one with `drplan backup PLAN orders`")
    let states = try await restore().probe(here.context(["orders": engine])).map(\.state)
    #expect(states.contains(.blocked))
  }

  @Test func anInstantBeforeEverySnapshotNamesTheOldest() async throws {
    let record = try await here.snapshot("orders", engine)
    let failure = await #expect(throws: StepFailure.self) {
      try await restore(", backup: \"2001-01-01T00:00:00Z\"").run(here.context(["orders": engine]))
    }
    #expect(
      failure?.message.hasSuffix(
        "; the oldest of 1 is of \(record.consistentAt), complete at \(record.latestAt)") == true)
  }

  @Test func anInstantBetweenTheFirstAndTheLastReadFindsNothing() async throws {
    let record = try await here.snapshot("orders", engine)
    try #require(record.consistentAt < record.latestAt && record.latestAt <= record.finishedAt)
    let listing = SnapshotListing(snapshots: [record])
    let within = SnapshotChoice(of: record.database, at: .at(record.consistentAt), from: listing)
    #expect(within.record == nil)
    let message = within.missing.message
    #expect(message.hasPrefix("no snapshot of `orders` was complete at \(record.consistentAt); "))
    let after = SnapshotChoice(of: record.database, at: .at(record.latestAt), from: listing)
    #expect(after.record == record)
  }

  @Test func holesOfASnapshotNeedNoSpace() async throws {
    let folder = here.scratch.file("data")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    // More than the disk has.
    let size: Int64 = 8 << 40
    try FileDescriptor.open(folder + "/sparse", [.writeOnly, .create]).resize(size, path: "sparse")
    let files = try DataKeys.files(folder)
    let record = try await here.snapshot("orders", files)
    #expect(record.logicalBytes == ByteCount(size) && record.allocatedBytes == .zero)
    let context = here.context(["orders": files])
    #expect(try await restore().probe(context).allSatisfy { $0.state == .checked })
    _ = try await restore().run(context)
    #expect(try HostPath.status(folder + "/sparse")?.size == size)
  }

  @Test func aSnapshotOfAnotherEngineIsRefused() async throws {
    _ = try await here.snapshot("orders", engine)
    let files = try DataKeys.files(path)
    let failure = await #expect(throws: StepFailure.self) {
      try await restore().run(here.context(["orders": files]))
    }
    #expect(failure?.message.contains("was taken by the engine SQLite, and the plan says Files") == true)
  }

  @Test func aSnapshotWithFaultsLeavesLiveDataAndNothingElse() async throws {
    try SQLiteDatabase(path: path, mode: .readWrite).executeScript("DELETE FROM orders WHERE id = 2")
    let bad = here.scratch.file("bad/orders.db")
    try FileManager.default.createDirectory(
      atPath: here.scratch.file("bad"), withIntermediateDirectories: false)
    try FileManager.default.copyItem(atPath: path, toPath: bad)
    _ = try await here.snapshot("orders", try DataKeys.sqlite(bad))
    let live = here.scratch.file("live/orders.db")
    try FileManager.default.createDirectory(
      atPath: here.scratch.file("live"), withIntermediateDirectories: false)
    try SampleDatabase.make(live, orders: 7)
    let failure = await #expect(throws: StepFailure.self) {
      try await restore().run(here.context(["orders": try DataKeys.sqlite(live)]))
    }
    #expect(failure?.code.rawValue == "EngineCheckFailed")
    #expect(try SampleDatabase.soundOrders(live) == 7)
    #expect(try FileManager.default.contentsOfDirectory(atPath: here.scratch.file("live")) == ["orders.db"])
  }

  @Test func aRecordThatCannotBeWrittenStopsTheRestore() async throws {
    _ = try await here.snapshot("orders", engine)
    try SampleDatabase.add(SQLiteDatabase(path: path, mode: .readWrite), 5)
    let failure = await #expect(throws: StepFailure.self) {
      try await restore().run(here.context(["orders": engine], refusesRecords: true))
    }
    #expect(failure?.code == .journal)
    #expect(try SampleDatabase.soundOrders(path) == 25)
  }

  @Test func aMissingFolderIsAnnouncedOnRecord() async throws {
    _ = try await here.snapshot("orders", engine)
    let far = try DataKeys.sqlite(here.scratch.file("far/away/orders.db"))
    let result = try await restore().run(here.context(["orders": far]))
    #expect(result.outputs["kept"] == nil)
    let note = "the folder `\(here.scratch.file("far/away"))` is missing and is made with mode 0755"
    #expect(here.evidence.contains(.note(note)))
    #expect(try HostPath.status(here.scratch.file("far/away"))?.mode == 0o755)
  }

  @Test func aDryRunTellsTheAgeAgainstTheRPO() async throws {
    let record = try await here.snapshot("orders", engine)
    let late = here.context(["orders": engine], disruptedAt: record.consistentAt.advanced(by: .seconds(600)))
    let findings = try await restore().probe(late)
    #expect(findings.allSatisfy { $0.state == .checked }, "\(findings)")
    #expect(
      findings.contains { $0.detail.hasSuffix("10 m 00 s before the disruption: would miss the RPO of 5m") },
      "\(findings)")
    #expect(try SampleDatabase.soundOrders(path) == 20)
  }

  @Test func aBackupWithinARunIsTheLatestSnapshot() async throws {
    let step = BackupDatabase(try DataKeys.record(BackupDatabase.declaration, "{database: orders}"))
    let context = here.context(["orders": engine])
    #expect(await step.probe(context).allSatisfy { $0.state == .checked })
    let result = try await step.run(context)
    let listing = try await here.store.snapshots(of: PlanFixtures.database("orders"))
    #expect(listing.snapshots.map(\.id.text) == [result.outputs["snapshot"]])
    #expect(listing.snapshots.first?.facts.rowCounts == ["orders": 20, "lines": 20])
    #expect(try FileManager.default.contentsOfDirectory(atPath: here.scratch.file("logs")).isEmpty)
  }

  private func restore(_ more: String = "") throws -> RestoreDatabase {
    RestoreDatabase(try DataKeys.record(RestoreDatabase.declaration, "{database: orders\(more)}"))
  }
}
