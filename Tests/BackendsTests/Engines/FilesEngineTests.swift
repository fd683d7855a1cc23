import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import Repository
import RunEvents
import Testing
import Values

@testable import Backends

@Suite struct FilesEngineTests {
  private let scratch: ScratchFolder
  private let store: DirectoryRepository
  private let database = PlanFixtures.database("files")
  private let run = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 1)

  init() throws {
    scratch = try ScratchFolder()
    store = DirectoryRepository(path: scratch.file("repository"), tool: "test") { HostClock().now }
  }

  @Test func foldersHoldTheContractOfEngines() async throws {
    try await EngineContract(
      store: store, folder: scratch.path, make: { try DataKeys.files($0) },
      fill: { path in
        try FileManager.default.createDirectory(atPath: path + "/sub", withIntermediateDirectories: true)
        try Data("one".utf8).write(to: URL(filePath: path + "/a"))
        try Data("two".utf8).write(to: URL(filePath: path + "/sub/b"))
      },
      change: { try Data("three".utf8).write(to: URL(filePath: $0 + "/sub/c")) },
      content: { try Self.tree($0) }
    ).holds()
  }

  @Test func aSingleFileHoldsTheContractOfEngines() async throws {
    try await EngineContract(
      store: store, folder: scratch.path, make: { try DataKeys.files($0) },
      fill: { try Data("one".utf8).write(to: URL(filePath: $0)) },
      change: { try Data("two".utf8).write(to: URL(filePath: $0)) },
      content: { String(decoding: try Data(contentsOf: URL(filePath: $0)), as: UTF8.self) }
    ).holds()
  }

  @Test func oddNamesComeBack() async throws {
    try makeFolder("odd")
    for name in ["line\nbreak", " blank ", "-rf", "quote\"'`$(x)", "ünï-\u{1F4BE}", "*"] {
      try scratch.write("odd/\(name)", name)
    }
    let record = try await snapshot("odd")
    try FileManager.default.removeItem(atPath: scratch.file("odd"))
    try await Rehearsal(store).restore(record, to: try DataKeys.files(scratch.file("odd")), run: run)
    let difference = try await store.compare(
      record.id, of: database, with: scratch.file("odd")
    ) { _ in }
    #expect(difference.isIdentical)
    #expect(scratch.text("odd/line\nbreak") == "line\nbreak")
  }

  @Test func aFolderWithOneFileIsNotTakenForASingleFile() async throws {
    try makeFolder("data")
    try scratch.write("data/data", "inner")
    let record = try await snapshot("data")
    try FileManager.default.removeItem(atPath: scratch.file("data"))
    try await Rehearsal(store).restore(record, to: try DataKeys.files(scratch.file("data")), run: run)
    #expect(scratch.text("data/data") == "inner")
  }

  @Test func aFolderIsNotPutWhereAFileStands() async throws {
    try makeFolder("data")
    try scratch.write("data/name", "inner")
    let record = try await snapshot("data")
    try scratch.write("file", "precious")
    let engine = try DataKeys.files(scratch.file("file"))
    let failure = await #expect(throws: StepFailure.self) {
      try await Rehearsal(store).stage(record, for: engine, run: run)
    }
    #expect(failure?.message == "the snapshot holds a folder, and `\(scratch.file("file"))` is a file")
    #expect(scratch.text("file") == "precious")
  }

  @Test func aMountPointIsRefusedBeforehand() async throws {
    // A mount point of every Linux system.
    let engine = try DataKeys.files("/proc")
    let failure = await #expect(throws: StepFailure.self) {
      try await engine.restoration.begin(run: run, database: database, needing: ByteCount(1))
    }
    #expect(failure?.message.contains("is a mount point") == true)
    #expect(await engine.probe(forRestore: true, needing: nil).map(\.state) == [.blocked])
  }

  @Test(.enabled("needs the right to mount") { await SmallDisk.isPossible })
  func aFolderWithAMountBelowIsNeitherRestoredNorBackedUp() async throws {
    try makeFolder("data")
    try makeFolder("data/disk")
    try await SmallDisk.mount(scratch.file("data/disk"))
    let engine = try DataKeys.files(scratch.file("data"))
    let begun = await Self.failure { () async throws(StepFailure) in
      _ = try await engine.restoration.begin(run: run, database: database, needing: ByteCount(1))
    }
    let captured = await Self.failure { () async throws(StepFailure) in
      _ = try await engine.capture(in: scratch.path)
    }
    let restoring = await engine.probe(forRestore: true, needing: nil).map(\.state)
    let reading = await engine.probe(forRestore: false, needing: nil).map(\.state)
    try await SmallDisk.unmount(scratch.file("data/disk"))
    #expect(begun?.message.contains("would carry the mount away") == true)
    #expect(captured?.message.contains("does not cross") == true)
    #expect(restoring == [.blocked])
    #expect(reading == [.blocked])
  }

  private static func failure(_ body: () async throws(StepFailure) -> Void) async -> StepFailure? {
    do throws(StepFailure) {
      try await body()
      return nil
    } catch { return error }
  }

  @Test func aMissingFolderFailsCheckAndCapture() async throws {
    let engine = try DataKeys.files(scratch.file("gone"))
    #expect(try await engine.check() == ["`\(scratch.file("gone"))` is not there"])
    await #expect(throws: StepFailure.self) { try await engine.capture(in: scratch.path) }
    #expect(await engine.probe(forRestore: false, needing: nil).map(\.state) == [.blocked])
  }

  private func snapshot(_ name: String) async throws -> SnapshotRecord {
    let engine = try DataKeys.files(scratch.file(name))
    let binding = DatabaseBinding(id: database, engineName: "Files", source: engine, target: engine)
    return try await SnapshotTaking.take(of: binding, into: store, scratch: scratch.file("s")) { _ in }
  }

  private func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: scratch.file(name), withIntermediateDirectories: false)
  }

  private static func tree(_ path: String) throws -> String {
    var lines: [String] = []
    for name in try FileManager.default.subpathsOfDirectory(atPath: path).sorted() {
      let text = (try? Data(contentsOf: URL(filePath: path + "/" + name))).map {
        String(decoding: $0, as: UTF8.self)
      }
      lines.append("\(name): \(text ?? "folder")")
    }
    return lines.joined(separator: "\n")
  }
}
