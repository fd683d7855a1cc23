import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import Repository
import RunEvents
import Testing
import Values

@testable import Backends

/// What a restore does to the files beside the database, and to those who have it open.
@Suite struct SQLitePublishTests {
  private let scratch: ScratchFolder
  private let store: DirectoryRepository
  private let database = PlanFixtures.database("orders")
  private let run = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 1)

  init() throws {
    scratch = try ScratchFolder()
    store = DirectoryRepository(path: scratch.file("repository"), tool: "test") { HostClock().now }
  }

  @Test func anOldWALNeitherLeaksIntoTheNewDatabaseNorIsLost() async throws {
    let record = try await snapshot(orders: 10)
    let path = scratch.file("orders.db")
    try SampleDatabase.makeCrashed(path, orders: 40, checkpointed: 30, scratch: scratch.path)
    let published = try await Rehearsal(store).restore(record, to: try DataKeys.sqlite(path), run: run)
    #expect(!scratch.has("orders.db-wal") && !scratch.has("orders.db-shm"))
    #expect(try SampleDatabase.soundOrders(path) == 10)
    #expect(try SampleDatabase.soundOrders(try #require(published.kept)) == 40)
  }

  @Test func anOldWALBesideGarbageIsKeptWithTheGarbage() async throws {
    let record = try await snapshot(orders: 10)
    let path = scratch.file("orders.db")
    try SampleDatabase.makeCrashed(path, orders: 40, checkpointed: 30, scratch: scratch.path)
    try scratch.write("orders.db", String(repeating: "garbage!", count: 1000))
    let wal = FileManager.default.contents(atPath: path + "-wal")
    let published = try await Rehearsal(store).restore(record, to: try DataKeys.sqlite(path), run: run)
    let kept = try #require(published.kept)
    #expect(try SampleDatabase.soundOrders(path) == 10)
    #expect(FileManager.default.contents(atPath: kept + "-wal") == wal)
    #expect(FileManager.default.contents(atPath: kept)?.starts(with: Data("garbage!".utf8)) == true)
  }

  @Test func anOrphanedWALIsMovedAwayFromAMissingDatabase() async throws {
    let record = try await snapshot(orders: 10)
    let path = scratch.file("orders.db")
    try SampleDatabase.makeCrashed(path, orders: 40, checkpointed: 30, scratch: scratch.path)
    try FileManager.default.removeItem(atPath: path)
    let published = try await Rehearsal(store).restore(record, to: try DataKeys.sqlite(path), run: run)
    #expect(published.kept == nil)
    #expect(try SampleDatabase.soundOrders(path) == 10)
    #expect(scratch.has("orders.db.before-\(run)-wal"))
  }

  @Test func anOrphanedWALIsTold() async throws {
    let record = try await snapshot(orders: 10)
    let path = scratch.file("orders.db")
    try SampleDatabase.makeCrashed(path, orders: 40, checkpointed: 30, scratch: scratch.path)
    try FileManager.default.removeItem(atPath: path)
    let (restoration, planned) = try await Rehearsal(store).stage(
      record, for: try DataKeys.sqlite(path), run: run)
    _ = try await restoration.publish(planned)
    let notes = await restoration.takeNotes()
    #expect(notes.count == 1)
    #expect(notes.first?.contains("orders.db.before-\(run)-wal") == true)
  }

  @Test func whoHasTheOldDatabaseOpenIsNamed() async throws {
    let record = try await snapshot(orders: 10)
    let path = scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 20)
    let holder = try await ChildProcess.spawnDaemon(
      Command(["sleep", "600"], input: .file(path)), log: scratch.file("log"))
    defer { _ = try? ProcessTable.send(.kill, to: holder) }
    let published = try await Rehearsal(store).restore(record, to: try DataKeys.sqlite(path), run: run)
    #expect(published.holders == ["sleep (\(holder.pid))"])
  }

  @Test func theRestoredFileHasModeAndTimeOfItsSnapshot() async throws {
    let record = try await snapshot(orders: 10, mode: 0o640)
    let path = scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 20)
    try await Rehearsal(store).restore(record, to: try DataKeys.sqlite(path), run: run)
    #expect(try HostPath.status(path)?.mode == 0o640)
    #expect(
      try HostPath.status(path)?.modified == HostPath.status(scratch.file("source/source.db"))?.modified)
  }

  @Test func aSymbolicLinkIsFollowedAndStays() async throws {
    let record = try await snapshot(orders: 10)
    try FileManager.default.createDirectory(atPath: scratch.file("real"), withIntermediateDirectories: false)
    try SampleDatabase.make(scratch.file("real/orders.db"), orders: 20)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("link.db"), withDestinationPath: "real/orders.db")
    let published = try await Rehearsal(store).restore(
      record, to: try DataKeys.sqlite(scratch.file("link.db")), run: run)
    #expect(published.target == scratch.file("real/orders.db"))
    #expect(try HostPath.status(scratch.file("link.db"))?.kind == .link)
    #expect(try SampleDatabase.soundOrders(scratch.file("real/orders.db")) == 10)
  }

  @Test func aLinkToADeletedDatabaseIsRestoredToWhereItPoints() async throws {
    let record = try await snapshot(orders: 10)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("link.db"), withDestinationPath: scratch.file("gone.db"))
    try await Rehearsal(store).restore(record, to: try DataKeys.sqlite(scratch.file("link.db")), run: run)
    #expect(try SampleDatabase.soundOrders(scratch.file("gone.db")) == 10)
  }

  @Test func aFolderWhereTheFileShouldBeIsRefused() async throws {
    let path = scratch.file("orders.db")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    let engine = try DataKeys.sqlite(path)
    let failure = await #expect(throws: StepFailure.self) {
      try await engine.restoration.begin(run: run, database: database, needing: ByteCount(1))
    }
    #expect(failure?.message == "`\(path)` is a folder, and a SQLite database is a file")
    #expect(await engine.probe(forRestore: true, needing: nil).map(\.state) == [.blocked])
  }

  @Test func aSnapshotThatTheEngineFindsFaultWithIsNotPublished() async throws {
    let path = try scratch.write(
      "orders.db", "not a database, but long enough to have a header of 100 bytes: " + scratch.path)
    let engine = try DataKeys.sqlite(path)
    let findings = try await engine.restoration.checkStaged(path)
    #expect(!findings.isEmpty)
  }

  @Test func aRunThatWorksKeepsOthersOut() async throws {
    let path = scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 20)
    let engine = try DataKeys.sqlite(path)
    let first = engine.restoration
    let staging = try await first.begin(run: run, database: database, needing: ByteCount(1))
    let other = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 2)
    let failure = await #expect(throws: StepFailure.self) {
      try await engine.restoration.begin(run: other, database: database, needing: ByteCount(1))
    }
    #expect(failure?.code.rawValue == "TargetBusy")
    #expect(failure?.message.contains(run.text) == true)
    await first.abandon(staging)
    let second = engine.restoration
    await second.abandon(try await second.begin(run: other, database: database, needing: ByteCount(1)))
  }

  @Test func whatAnEndedRunStagedIsRemoved() async throws {
    let path = scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 20)
    let engine = try DataKeys.sqlite(path)
    do {
      // Dropped without an end, as a killed process drops it.
      let lost = engine.restoration
      _ = try await lost.begin(run: run, database: database, needing: ByteCount(1))
    }
    #expect(scratch.has(".orders.db.drplan-\(run)"))
    let other = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 2)
    let next = engine.restoration
    let staging = try await next.begin(run: other, database: database, needing: ByteCount(1))
    #expect(!scratch.has(".orders.db.drplan-\(run)"))
    await next.abandon(staging)
  }

  @Test(.enabled("needs the right to mount") { await SmallDisk.isPossible })
  func aDiskThatFillsUpLeavesLiveDataAndNothingElse() async throws {
    let record = try await snapshot(orders: 100_000)
    let disk = scratch.file("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
    try await SmallDisk.mount(disk)
    let outcome: Result<[String], any Error>
    do {
      try SampleDatabase.make(disk + "/orders.db", orders: 7)
      let restoration = try DataKeys.sqlite(disk + "/orders.db").restoration
      // Told that it is little: what the space check would refuse is tried all the same.
      let staging = try await restoration.begin(run: run, database: database, needing: ByteCount(1))
      let error = await #expect(throws: SnapshotError.self) {
        _ = try await store.restore(record.id, of: database, into: staging) { _ in }
      }
      #expect(error?.code == .noSpace)
      await restoration.abandon(staging)
      #expect(try SampleDatabase.soundOrders(disk + "/orders.db") == 7)
      outcome = .success(try FileManager.default.contentsOfDirectory(atPath: disk))
    } catch {
      outcome = .failure(error)
    }
    try await SmallDisk.unmount(disk)
    #expect(try outcome.get() == ["orders.db"])
  }

  private func snapshot(orders: Int, mode: Int = 0o644) async throws -> SnapshotRecord {
    let folder = scratch.file("source")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try SampleDatabase.make(folder + "/source.db", orders: orders)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder + "/source.db")
    let engine = try DataKeys.sqlite(folder + "/source.db")
    let binding = DatabaseBinding(id: database, engineName: "SQLite", source: engine, target: engine)
    return try await SnapshotTaking.take(of: binding, into: store, scratch: scratch.file("scratch")) { _ in }
  }
}

/// A file system of 3 MiB.
enum SmallDisk {
  static var isPossible: Bool {
    get async {
      guard let folder = try? ScratchFolder(), (try? await mount(folder.path)) != nil else { return false }
      return (try? await unmount(folder.path)) != nil
    }
  }

  static func mount(_ folder: String) async throws {
    try await run("mount", "-t", "tmpfs", "-o", "size=3m", "none", folder)
  }

  static func unmount(_ folder: String) async throws { try await run("umount", folder) }

  private static func run(_ arguments: String...) async throws {
    let result = try await ChildProcess.run(Command(arguments))
    guard result.status.isSuccess else { throw SampleDatabase.NotSound(description: result.error.text) }
  }
}
