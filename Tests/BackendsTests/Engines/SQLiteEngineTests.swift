import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import Repository
import RunEvents
import Synchronization
import Testing
import Values

@testable import Backends

@Suite struct SQLiteEngineTests {
  private let scratch: ScratchFolder
  private let store: DirectoryRepository

  init() throws {
    scratch = try ScratchFolder()
    store = DirectoryRepository(path: scratch.file("repository"), tool: "test") { HostClock().now }
  }

  @Test func itHoldsTheContractOfEngines() async throws {
    try await EngineContract(
      store: store, folder: scratch.path, make: { try DataKeys.sqlite($0) },
      fill: { try SampleDatabase.make($0, orders: 50) },
      change: { try SampleDatabase.add(SQLiteDatabase(path: $0, mode: .readWrite), 5) },
      content: { "\(try SampleDatabase.soundOrders($0))" }
    ).holds()
  }

  @Test func aCaptureHoldsOneCommittedStateWhileWritersGoOn() async throws {
    let path = scratch.file("busy.db")
    try SampleDatabase.make(path, orders: 2000, wal: true)
    let isStopped = CancellationFlag()
    let written = Counter()
    async let writing: Void = runBlocking { () throws(any Error) in
      let writer = try SQLiteDatabase(path: path, mode: .readWrite)
      while !isStopped.isCancelled {
        try SampleDatabase.add(writer, 3)
        written.add()
      }
    }
    do {
      defer { isStopped.cancel() }
      #expect(await Eventually.holds { written.value > 10 })
      try FileManager.default.createDirectory(
        atPath: scratch.file("copy"), withIntermediateDirectories: false)
      let before = HostClock().now
      let captured = try await DataKeys.sqlite(path).capture(in: scratch.file("copy"))
      let copied = written.value
      #expect(await Eventually.holds { written.value > copied + 10 })

      #expect(captured.path == scratch.file("copy") + "/busy.db")
      #expect(captured.consistentAt >= before && captured.consistentAt <= HostClock().now)
      let counts = try #require(captured.rowCounts)
      // Both tables grow in one transaction: in a consistent copy they are equal.
      #expect(counts["orders"] == counts["lines"])
      #expect(try SampleDatabase.soundOrders(captured.path) == counts["orders"])
    }
    try await writing
  }

  @Test func aCaptureTellsTheDatabaseAndKeepsModeAndTime() async throws {
    let path = scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 3)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let captured = try await DataKeys.sqlite(path).capture(in: try folder("copy"))
    let (source, copy) = (
      try #require(try HostPath.status(path)), try #require(try HostPath.status(captured.path))
    )
    #expect(copy.mode == 0o640)
    #expect(copy.modified == source.modified)
    #expect(captured.rowCounts == ["orders": 3, "lines": 3])
    #expect(captured.identity["applicationID"] == "4711")
    #expect(captured.identity["userVersion"] == "7")
    #expect(captured.identity["pageSize"] == "4096")
    #expect(captured.identity["inode"] == "\(source.inode)")
  }

  @Test func whatIsNoDatabaseIsNotCaptured() async throws {
    let path = try scratch.write("orders.db", String(repeating: "this is no database\n", count: 100))
    let engine = try DataKeys.sqlite(path)
    let failure = await #expect(throws: StepFailure.self) { try await engine.capture(in: try folder("copy")) }
    #expect(failure?.code.rawValue == "Damaged")
    #expect(failure?.isRetryable == false)
    #expect(await engine.probe(forRestore: false, needing: nil).map(\.state) == [.blocked])
  }

  @Test func aMissingDatabaseIsNamed() async throws {
    let engine = try DataKeys.sqlite(scratch.file("gone.db"))
    for failure in [
      await #expect(throws: StepFailure.self) { try await engine.capture(in: scratch.path) },
      await #expect(throws: StepFailure.self) { _ = try await engine.check() },
      await #expect(throws: StepFailure.self) { _ = try await engine.rowCounts() },
      await #expect(throws: StepFailure.self) { _ = try await engine.query("select 1", limit: 1) },
    ] {
      #expect(failure?.code.rawValue == "SourceUnusable")
      #expect(failure?.message.contains("gone.db") == true)
    }
  }

  @Test func aDamagedFileFailsTheEnginesCheck() async throws {
    let path = scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 5000)
    let handle = try FileDescriptor.open(path, .readWrite)
    let noise = [UInt8](repeating: 0xa5, count: 4096)
    try noise.withUnsafeBytes { buffer in try handle.write(buffer, at: 4096 * 5, path: path) }
    let engine = try DataKeys.sqlite(path)
    #expect(try await !engine.check().isEmpty)
    #expect(try await !engine.restoration.checkStaged(path).isEmpty)
  }

  @Test func aReferenceToNothingCountsUnlessThePlanSaysOtherwise() async throws {
    let path = scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 3)
    try SQLiteDatabase(path: path, mode: .readWrite).executeScript("DELETE FROM orders WHERE id = 2")
    let findings = try await DataKeys.sqlite(path).check()
    #expect(findings == ["foreign_key_check: row 2 of `lines` refers to nothing in `orders`"])
    #expect(try await DataKeys.sqlite(path, ", checkForeignKeys: false").check().isEmpty)
  }

  @Test func aQueryCannotWrite() async throws {
    let path = scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 3)
    let engine = try DataKeys.sqlite(path)
    await #expect(throws: StepFailure.self) { try await engine.query("delete from orders", limit: 1) }
    #expect(try await engine.query("select id, null from orders", limit: 2) == [["1", nil], ["2", nil]])
    #expect(try await engine.rowCounts() == ["orders": 3, "lines": 3])
  }

  private func folder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: scratch.file(name), withIntermediateDirectories: false)
    return scratch.file(name)
  }
}

/// Counts what another thread has done.
private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .relaxed) }
  func add() { count.add(1, ordering: .relaxed) }
}
