import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import Repository
import RunEvents
import Testing
import Values

@testable import Backends

/// Real files: a swap that ends after each of its steps, and the next restore that finds it.
@Suite struct InterruptedPublishTests {
  private let database = PlanFixtures.database("orders")
  private let run = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 1)
  private let next = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 2)

  @Test(arguments: [PublishIntent.Method.link, .exchange, .rename])
  func aDatabaseIsOldOrNewAndCompleteAfterEveryStep(_ method: PublishIntent.Method) async throws {
    let scratch = try ScratchFolder()
    let store = DirectoryRepository(path: scratch.file("repository"), tool: "test") { HostClock().now }
    let source = try DataKeys.sqlite(scratch.file("source.db"))
    try SampleDatabase.make(scratch.file("source.db"), orders: 10)
    let binding = DatabaseBinding(id: database, engineName: "SQLite", source: source, target: source)
    let record = try await SnapshotTaking.take(of: binding, into: store, scratch: scratch.file("s")) { _ in }

    var done = 1
    while true {
      let folder = scratch.file("case-\(done)")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      let path = folder + "/orders.db"
      try SampleDatabase.makeCrashed(path, orders: 40, checkpointed: 30, scratch: scratch.path)
      let engine = try DataKeys.sqlite(path)
      let count = try await interrupt(engine, record, store, method, after: done)
      if try HostPath.status(path) != nil, try FileIdentity.at(folder + "/orders.db-wal") != nil {
        // Beside an old WAL there is only the old file, whose kept name or whose own it is.
        #expect(try Data(contentsOf: URL(filePath: path)).count > 0)
        #expect(try !isNew(path), "no old WAL beside the new database after \(done) steps")
      }

      let later = engine.restoration
      await later.abandon(try await later.begin(run: next, database: database, needing: ByteCount(1)))
      let orders = try SampleDatabase.soundOrders(path)
      #expect(orders == 10 || orders == 40, "after \(done) steps")
      let kept = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
        $0.contains(".before-")
      }
      if orders == 10 {
        #expect(
          try SampleDatabase.soundOrders(folder + "/orders.db.before-\(run)") == 40, "after \(done) steps")
      } else {
        #expect(kept.isEmpty, "after \(done) steps")
      }
      let hidden = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(".") }
      #expect(hidden.isEmpty, "after \(done) steps")
      if done == count { break }
      done += 1
    }
    #expect(done > 8)
  }

  @Test func aTreeIsOldOrNewAndCompleteAfterEveryStep() async throws {
    let scratch = try ScratchFolder()
    let store = DirectoryRepository(path: scratch.file("repository"), tool: "test") { HostClock().now }
    try FileManager.default.createDirectory(
      atPath: scratch.file("source"), withIntermediateDirectories: false)
    try scratch.write("source/name", "new")
    let source = try DataKeys.files(scratch.file("source"))
    let binding = DatabaseBinding(id: database, engineName: "Files", source: source, target: source)
    let record = try await SnapshotTaking.take(of: binding, into: store, scratch: scratch.file("s")) { _ in }

    var done = 1
    while true {
      let folder = "case-\(done)"
      try FileManager.default.createDirectory(
        atPath: scratch.file(folder + "/data"), withIntermediateDirectories: true)
      try scratch.write(folder + "/data/name", "old")
      let engine = try DataKeys.files(scratch.file(folder + "/data"))
      let count = try await interrupt(engine, record, store, .exchange, after: done)
      #expect(["old", "new"].contains(scratch.text(folder + "/data/name")), "at once after \(done) steps")

      let later = engine.restoration
      await later.abandon(try await later.begin(run: next, database: database, needing: ByteCount(1)))
      let live = scratch.text(folder + "/data/name")
      let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file(folder)).sorted()
      if live == "new" {
        #expect(scratch.text(folder + "/data.before-\(run)/name") == "old", "after \(done) steps")
        #expect(names == ["data", "data.before-\(run)"])
      } else {
        #expect(live == "old")
        #expect(names == ["data"], "after \(done) steps")
      }
      if done == count { break }
      done += 1
    }
  }

  @Test func whatWasCommittedAfterAnInterruptedSwapSurvivesItsMending() async throws {
    let scratch = try ScratchFolder()
    let store = DirectoryRepository(path: scratch.file("repository"), tool: "test") { HostClock().now }
    let source = try DataKeys.sqlite(scratch.file("source.db"))
    try SampleDatabase.make(scratch.file("source.db"), orders: 10)
    let binding = DatabaseBinding(id: database, engineName: "SQLite", source: source, target: source)
    let record = try await SnapshotTaking.take(of: binding, into: store, scratch: scratch.file("s")) { _ in }
    try FileManager.default.createDirectory(atPath: scratch.file("live"), withIntermediateDirectories: false)
    let path = scratch.file("live/orders.db")
    try SampleDatabase.makeCrashed(path, orders: 40, checkpointed: 30, scratch: scratch.path)
    let engine = try DataKeys.sqlite(path)
    do {
      let (restoration, planned) = try await Rehearsal(store).stage(record, for: engine, run: run)
      let staged = try #require(restoration as? StagedRestoration)
      let (execution, _) = try staged.prepared(planned)
      for action in PublishPlan.actions(for: execution.intent) {
        guard action != .replace(path, with: execution.intent.staged) else { break }
        try execution.perform(action)
      }
    }
    // The service starts, commits, and closes cleanly: all of it is in the main file.
    do { try SampleDatabase.add(SQLiteDatabase(path: path, mode: .readWrite), 3) }
    let later = engine.restoration
    await later.abandon(try await later.begin(run: next, database: database, needing: ByteCount(1)))
    #expect(try SampleDatabase.soundOrders(path) == 33)
    #expect(scratch.has("live/orders.db.before-\(run)-unmerged-wal"))
    #expect(await later.takeNotes().contains { $0.contains("unmerged-wal") })
  }

  @Test func aFailureInTheMiddlePutsTheOldDatabaseBack() async throws {
    let scratch = try ScratchFolder()
    let store = DirectoryRepository(path: scratch.file("repository"), tool: "test") { HostClock().now }
    let source = try DataKeys.sqlite(scratch.file("source.db"))
    try SampleDatabase.make(scratch.file("source.db"), orders: 10)
    let binding = DatabaseBinding(id: database, engineName: "SQLite", source: source, target: source)
    let record = try await SnapshotTaking.take(of: binding, into: store, scratch: scratch.file("s")) { _ in }
    try FileManager.default.createDirectory(atPath: scratch.file("live"), withIntermediateDirectories: false)
    let path = scratch.file("live/orders.db")
    try SampleDatabase.makeCrashed(path, orders: 40, checkpointed: 30, scratch: scratch.path)
    let (restoration, planned) = try await Rehearsal(store).stage(
      record, for: try DataKeys.sqlite(path), run: run)
    // The kept name of the WAL is taken by something else: the third link fails.
    try scratch.write("live/orders.db.before-\(run)-wal", "in the way")
    let failure = await #expect(throws: StepFailure.self) { try await restoration.publish(planned) }
    #expect(failure?.message.contains("the old data is in place") == true)
    #expect(try SampleDatabase.soundOrders(path) == 40)
    #expect(scratch.text("live/orders.db.before-\(run)-wal") == "in the way")
  }

  @Test(arguments: [PublishIntent.Method.link, .exchange, .rename])
  func anErrorAfterTheSwapDoesNotFailTheRestore(_ method: PublishIntent.Method) async throws {
    let (scratch, staged, execution) = try await stagedTree("live/data", method)
    let actions = PublishPlan.actions(for: execution.intent)
    let swap = try #require(
      actions.firstIndex {
        switch $0 {
        case .replace, .exchange: true
        case .move(_, to: execution.intent.target): true
        default: false
        }
      })
    for action in actions[...swap] { try execution.perform(action) }
    try staged.settle(execution, after: FileError("sync", scratch.file("live"), number: 5))
    #expect(scratch.text("live/data") == "new")
    #expect(scratch.text("live/data.before-\(run)") == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("live")).count == 2)
    #expect(await staged.takeNotes().count == 1)
  }

  @Test func aSwapThatCannotBeCompletedIsNotTriedAgainAndNamesTheOldData() async throws {
    let (scratch, staged, execution) = try await stagedTree("live/data", .exchange)
    for action in PublishPlan.actions(for: execution.intent) {
      try execution.perform(action)
      if case .exchange = action { break }
    }
    try scratch.write("live/data.before-\(run)", "in the way")
    let failure = #expect(throws: StepFailure.self) {
      try staged.settle(execution, after: FileError("sync", scratch.file("live"), number: 5))
    }
    #expect(failure?.isRetryable == false)
    #expect(failure?.message.contains("what stood there is `\(execution.intent.staged)`") == true)
    #expect(scratch.text("live/data") == "new")
  }

  /// A single file `old`, about to be replaced by `new`.
  private func stagedTree(
    _ name: String, _ method: PublishIntent.Method
  ) async throws -> (ScratchFolder, StagedRestoration, PublishExecution) {
    let scratch = try ScratchFolder()
    let store = DirectoryRepository(path: scratch.file("repository"), tool: "test") { HostClock().now }
    try FileManager.default.createDirectory(atPath: scratch.file("live"), withIntermediateDirectories: false)
    try scratch.write("data", "new")
    let source = try DataKeys.files(scratch.file("data"))
    let binding = DatabaseBinding(id: database, engineName: "Files", source: source, target: source)
    let record = try await SnapshotTaking.take(of: binding, into: store, scratch: scratch.file("s")) { _ in }
    try scratch.write(name, "old")
    let (restoration, planned) = try await Rehearsal(store).stage(
      record, for: try DataKeys.files(scratch.file(name)), run: run)
    let staged = try #require(restoration as? StagedRestoration)
    let (execution, _) = try staged.prepared(planned)
    return (scratch, staged, PublishExecution(intent: execution.intent.with(method), area: execution.area))
  }

  /// Does the first steps of publishing and leaves it there; how many steps there are in all.
  private func interrupt(
    _ engine: any DatabaseEngine, _ record: SnapshotRecord, _ store: any SnapshotStore,
    _ method: PublishIntent.Method, after done: Int
  ) async throws -> Int {
    let (restoration, planned) = try await Rehearsal(store).stage(record, for: engine, run: run)
    let staged = try #require(restoration as? StagedRestoration)
    let (execution, _) = try staged.prepared(planned)
    let chosen = PublishExecution(intent: execution.intent.with(method), area: execution.area)
    let actions = PublishPlan.actions(for: chosen.intent)
    for action in actions.prefix(done) { try chosen.perform(action) }
    return actions.count
  }

  private func isNew(_ path: String) throws -> Bool {
    try SQLiteDatabase(path: path, mode: .immutable).value("SELECT count(*) FROM orders") == 10
  }
}

extension PublishIntent {
  fileprivate func with(_ method: Method) -> PublishIntent {
    PublishIntent(
      run: run, target: target, staged: staged, kept: kept, method: method, old: old, oldStamp: oldStamp,
      new: new,
      suffixes: suffixes, sides: sides)
  }
}
