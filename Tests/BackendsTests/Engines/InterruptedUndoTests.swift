import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import Repository
import RunEvents
import Testing
import Values

@testable import Backends

/// Real files: an undo that ends after each of its steps, then is asked for again, or met by the next restore; and a
/// swap that ends after each of its steps, then is asked about.
@Suite struct InterruptedUndoTests {
  private let database = PlanFixtures.database("orders")
  private let run = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 1)
  private let next = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 2)
  private let scratch: ScratchFolder
  private let store: DirectoryRepository

  init() throws {
    let scratch = try ScratchFolder()
    self.scratch = scratch
    store = DirectoryRepository(path: scratch.file("repository"), tool: "test") { HostClock().now }
  }

  @Test(arguments: [PublishIntent.Method.link, .exchange, .rename], [true, false])
  func aDatabaseGoesBackAfterEveryInterruption(_ method: PublishIntent.Method, byUndo: Bool) async throws {
    let record = try await databaseSnapshot()
    var done = 1
    while true {
      let path = try folder("case-\(done)") + "/orders.db"
      // 40 orders, of which 10 are in the WAL only.
      try SampleDatabase.makeCrashed(path, orders: 40, checkpointed: 30, scratch: scratch.path)
      let engine = try DataKeys.sqlite(path)
      let publication = try await Rehearsal(store).restore(record, to: engine, run: run)
      // What is restored was used: 10 and 2 more, these in a WAL of its own.
      try crash(path, adding: 2)
      let count = try interruptUndo(engine, publication, method, after: done)
      if byUndo {
        let result = try await engine.restoration.undo(publication, run: run)
        guard case .undone(let undone) = result else {
          Issue.record("\(result) after \(done) steps")
          return
        }
        #expect(try SampleDatabase.soundOrders(path) == 40, "after \(done) steps")
        let aside = try #require(undone.putAside, "after \(done) steps")
        #expect(try SampleDatabase.soundOrders(aside) == 12, "after \(done) steps")
      } else {
        let later = engine.restoration
        await later.abandon(try await later.begin(run: next, database: database, needing: ByteCount(1)))
        let orders = try SampleDatabase.soundOrders(path)
        #expect(orders == 40 || orders == 12, "after \(done) steps")
        let other = "\(path).\(orders == 40 ? "undone" : "before")-\(run)"
        #expect(try SampleDatabase.soundOrders(other) == (orders == 40 ? 12 : 40), "after \(done) steps")
      }
      #expect(try hidden(PathText.parent(of: path)).isEmpty, "after \(done) steps")
      if done == count { break }
      done += 1
    }
    #expect(done > 10)
  }

  @Test func aTreeGoesBackAfterEveryInterruption() async throws {
    let record = try await treeSnapshot()
    var done = 1
    while true {
      let path = try folder("case-\(done)/data")
      try scratch.write("case-\(done)/data/name", "old")
      let engine = try DataKeys.files(path)
      let publication = try await Rehearsal(store).restore(record, to: engine, run: run)
      let count = try interruptUndo(engine, publication, .exchange, after: done)
      #expect(["old", "new"].contains(scratch.text("case-\(done)/data/name")), "at once after \(done) steps")
      guard case .undone = try await engine.restoration.undo(publication, run: run) else {
        Issue.record("not undone after \(done) steps")
        return
      }
      #expect(scratch.text("case-\(done)/data/name") == "old", "after \(done) steps")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: scratch.file("case-\(done)")).sorted()
          == ["data", "data.undone-\(run)"], "after \(done) steps")
      if done == count { break }
      done += 1
    }
  }

  @Test(arguments: [PublishIntent.Method.link, .exchange, .rename])
  func aSwapIsJudgedAfterEveryInterruption(_ method: PublishIntent.Method) async throws {
    let record = try await databaseSnapshot()
    var done = 0
    var states: Set<String> = []
    while true {
      let path = try folder("case-\(done)") + "/orders.db"
      try SampleDatabase.makeCrashed(path, orders: 40, checkpointed: 30, scratch: scratch.path)
      let engine = try DataKeys.sqlite(path)
      let (planned, count) = try await interruptPublish(engine, record, method, after: done)
      // Asked twice: the first may have mended.
      for _ in 1...2 {
        switch try await engine.restoration.reconcile(planned, run: run) {
        case .published(let published):
          states.insert("published")
          #expect(published.kept == planned.kept && published.mark == planned.mark)
          #expect(try SampleDatabase.soundOrders(path) == 10, "after \(done) steps")
          #expect(try SampleDatabase.soundOrders(try #require(published.kept)) == 40, "after \(done) steps")
        case .notPublished:
          states.insert("not")
          #expect(try SampleDatabase.soundOrders(path) == 40, "after \(done) steps")
        case .unknown(let question): Issue.record("\(question), after \(done) steps")
        }
      }
      // And it goes back from anywhere.
      _ = try await engine.restoration.undo(planned, run: run)
      #expect(try SampleDatabase.soundOrders(path) == 40, "undone after \(done) steps")
      #expect(try hidden(PathText.parent(of: path)).isEmpty, "after \(done) steps")
      if done == count { break }
      done += 1
    }
    #expect(states == ["published", "not"])
  }

  @Test func withoutWhatWasKeptTheFailureSaysWhatStandsWhere() async throws {
    let record = try await treeSnapshot()
    let path = try folder("live/data")
    try scratch.write("live/data/name", "old")
    let engine = try DataKeys.files(path)
    let publication = try await Rehearsal(store).restore(record, to: engine, run: run)
    let kept = try #require(publication.kept)
    try FileManager.default.removeItem(atPath: kept)
    let failure = await #expect(throws: StepFailure.self) {
      try await engine.restoration.undo(publication, run: run)
    }
    #expect(failure?.message.contains("it was kept as `\(kept)`, and nothing stands there") == true)
    #expect(failure?.isRetryable == false)
    #expect(scratch.text("live/data/name") == "new")
  }

  private func databaseSnapshot() async throws -> SnapshotRecord {
    try SampleDatabase.make(scratch.file("source.db"), orders: 10, wal: true)
    let source = try DataKeys.sqlite(scratch.file("source.db"))
    let binding = DatabaseBinding(id: database, engineName: "SQLite", source: source, target: source)
    return try await SnapshotTaking.take(of: binding, into: store, scratch: scratch.file("s")) { _ in }
  }

  private func treeSnapshot() async throws -> SnapshotRecord {
    _ = try folder("source")
    try scratch.write("source/name", "new")
    let source = try DataKeys.files(scratch.file("source"))
    let binding = DatabaseBinding(id: database, engineName: "Files", source: source, target: source)
    return try await SnapshotTaking.take(of: binding, into: store, scratch: scratch.file("s")) { _ in }
  }

  private func folder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: scratch.file(name), withIntermediateDirectories: true)
    return scratch.file(name)
  }

  private func hidden(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(".") }
  }

  /// Adds orders that are in the WAL of the live database only, and leaves that there.
  private func crash(_ path: String, adding orders: Int) throws {
    let copy = scratch.file("used-\(UInt32.random(in: 0...UInt32.max)).db")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    let open = try SQLiteDatabase(path: copy, mode: .readWrite)
    try open.executeScript("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
    try SampleDatabase.add(open, orders)
    // In place, so that the file stays the one that was published.
    try Data(contentsOf: URL(filePath: copy)).write(to: URL(filePath: path))
    for suffix in ["-wal", "-shm"] {
      try FileManager.default.copyItem(atPath: copy + suffix, toPath: path + suffix)
    }
    withExtendedLifetime(open) {}
  }

  /// Does the first steps of an undo and leaves it there; how many steps there are in all.
  private func interruptUndo(
    _ engine: any DatabaseEngine, _ publication: Publication, _ method: PublishIntent.Method, after done: Int
  ) throws -> Int {
    let staged = try #require(engine.restoration as? StagedRestoration)
    defer { staged.hold.release() }
    let area = StagingArea(for: publication.target, run: run)
    let intent = try staged.prepareUndo(
      publication, area, KeptName(target: publication.target, run: run))
    let execution = PublishExecution(intent: intent.with(method), area: area)
    let actions = PublishPlan.actions(for: execution.intent)
    for action in actions.prefix(done) { try execution.perform(action) }
    return actions.count
  }

  /// Does the first steps of a swap and leaves it there; what was planned, and how many steps there are in all.
  private func interruptPublish(
    _ engine: any DatabaseEngine, _ record: SnapshotRecord, _ method: PublishIntent.Method, after done: Int
  ) async throws -> (Publication, Int) {
    let (restoration, planned) = try await Rehearsal(store).stage(record, for: engine, run: run)
    let staged = try #require(restoration as? StagedRestoration)
    let (execution, _) = try staged.prepared(planned)
    let chosen = PublishExecution(intent: execution.intent.with(method), area: execution.area)
    let actions = PublishPlan.actions(for: chosen.intent)
    for action in actions.prefix(done) { try chosen.perform(action) }
    staged.hold.release()
    return (planned, actions.count)
  }
}

extension PublishIntent {
  fileprivate func with(_ method: Method) -> PublishIntent {
    PublishIntent(
      direction: direction, run: run, target: target, staged: staged, kept: kept, method: method, old: old,
      oldStamp: oldStamp, new: new, newStamp: newStamp, suffixes: suffixes, sides: sides, incoming: incoming)
  }
}
