import BackendKit
import Glibc
import HostSystem
import Testing
import Values

@testable import Repository

@Suite struct RoundTripTests {
  @Test func aTreeWithOneOfEverythingComesBack() async throws {
    let fixture = Fixture()
    SampleTrees.everything(fixture.scratch("source"))
    let record = try await fixture.backUp(fixture.scratch("source"))
    let summary = try await fixture.restore(record)
    let before = try TreeState(fixture.scratch("source"))
    let differences = try TreeState(fixture.scratch("restored")).differences(from: before)
    #expect(differences == [])
    #expect(summary.files == record.files)
    #expect(record.packs.count > 1)
    #expect(record.links == 5)
  }

  @Test func withDefaultBlockSizesATreeComesBack() async throws {
    let fixture = Fixture(options: RepositoryOptions())
    SampleTrees.everything(fixture.scratch("source"), block: 1 << 20)
    let record = try await fixture.backUp(fixture.scratch("source"))
    _ = try await fixture.restore(record)
    let before = try TreeState(fixture.scratch("source"))
    let differences = try TreeState(fixture.scratch("restored")).differences(from: before)
    #expect(differences == [])
  }

  @Test func withoutOpenat2ATreeComesBackToo() async throws {
    var options = RepositoryOptions.small()
    options.walksComponents = true
    let fixture = Fixture(options: options)
    SampleTrees.everything(fixture.scratch("source"))
    let record = try await fixture.backUp(fixture.scratch("source"))
    _ = try await fixture.restore(record)
    let before = try TreeState(fixture.scratch("source"))
    let differences = try TreeState(fixture.scratch("restored")).differences(from: before)
    #expect(differences == [])
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func aRandomTreeComesBack(seed: UInt64) async throws {
    let fixture = Fixture()
    SampleTrees.random(fixture.scratch("source"), seed: seed)
    let record = try await fixture.backUp(fixture.scratch("source"))
    _ = try await fixture.restore(record)
    let before = try TreeState(fixture.scratch("source"))
    let differences = try TreeState(fixture.scratch("restored")).differences(from: before)
    #expect(differences == [])
    #expect(try await fixture.repository.verify(record.id, of: fixture.database) { _ in }.isIntact)
  }

  @Test(arguments: [0, 10, 4096, 100_000])
  func aSingleFileComesBackUnderItsName(size: Int) async throws {
    let fixture = Fixture()
    var random = Seeded(UInt64(size))
    let content = random.text(size)
    TreeMaker(fixture.scratch("dir")).file("orders.db", content, mode: 0o640)
    let record = try await fixture.backUp(fixture.scratch("dir/orders.db"))
    _ = try await fixture.restore(record)
    #expect(try DurableFile.read(fixture.scratch("restored/orders.db"), limit: 1 << 20) == content)
    #expect(record.files == 1 && record.directories == 0)
    let same = try await fixture.repository.compare(
      record.id, of: fixture.database, with: fixture.scratch("dir/orders.db")
    ) { _ in }
    #expect(same.isIdentical)
    let staged = try await fixture.repository.compare(
      record.id, of: fixture.database, with: fixture.scratch("restored")
    ) { _ in }
    #expect(staged.isIdentical)
  }

  @Test func anEmptyDirectoryComesBack() async throws {
    let fixture = Fixture()
    mkdir(fixture.scratch("source"), 0o711)
    let record = try await fixture.backUp(fixture.scratch("source"))
    _ = try await fixture.restore(record)
    let before = try TreeState(fixture.scratch("source"))
    let differences = try TreeState(fixture.scratch("restored")).differences(from: before)
    #expect(differences == [])
  }

  @Test func holesComeBackAsHoles() async throws {
    let fixture = Fixture()
    let tree = TreeMaker(fixture.scratch("source"))
    tree.sparse("file", size: 64 << 20, data: [(32 << 20, [1, 2, 3]), (40 << 20, Array("data".utf8))])
    tree.file("small", [UInt8](repeating: 1, count: 10))
    let record = try await fixture.backUp(fixture.scratch("source"))
    _ = try await fixture.restore(record)
    var status = stat()
    #expect(stat(fixture.scratch("restored/file"), &status) == 0)
    #expect(status.st_size == 64 << 20)
    #expect(status.st_blocks * 512 < 256 << 10)
    #expect(record.storedBytes.bytes < 64 << 10)
    let before = try TreeState(fixture.scratch("source"))
    let differences = try TreeState(fixture.scratch("restored")).differences(from: before)
    #expect(differences == [])
  }

  @Test func allocatedZerosComeBackAllocated() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("wal", [UInt8](repeating: 0, count: 1 << 20))
    let record = try await fixture.backUp(fixture.scratch("source"))
    _ = try await fixture.restore(record)
    var status = stat()
    #expect(stat(fixture.scratch("restored/wal"), &status) == 0)
    #expect(status.st_blocks * 512 >= 1 << 20)
  }

  @Test func zlibWritesAndReadsTheSameFormat() async throws {
    var options = RepositoryOptions.small()
    options.engine = .zlib
    options.level = 6
    let fixture = Fixture(options: options)
    SampleTrees.random(fixture.scratch("source"), seed: 99)
    let record = try await fixture.backUp(fixture.scratch("source"))
    let reader = DirectoryRepository(
      path: fixture.scratch("repo"), tool: "other", now: { Timestamp(seconds: 0) }, options: .small())
    _ = try await reader.restore(record.id, of: fixture.database, into: fixture.scratch("restored")) { _ in }
    let before = try TreeState(fixture.scratch("source"))
    let differences = try TreeState(fixture.scratch("restored")).differences(from: before)
    #expect(differences == [])
  }

  @Test func socketsAndFIFOsAreNamedNotKept() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    #expect(mkfifo(fixture.scratch("source/pipe"), 0o600) == 0)
    let record = try await fixture.backUp(fixture.scratch("source"))
    #expect(record.skipped == 1)
    #expect(record.skippedExamples == ["pipe: fifo"])
    _ = try await fixture.restore(record)
    #expect(access(fixture.scratch("restored/pipe"), F_OK) != 0)
    let compared = try await fixture.repository.compare(
      record.id, of: fixture.database, with: fixture.scratch("source")
    ) { _ in }
    #expect(compared.isIdentical)
  }

  @Test func aRepositoryInsideItsSourceIsLeftOut() async throws {
    let scratch = Scratch()
    let fixture = Fixture(scratch: scratch)
    TreeMaker(scratch("source")).file("file", [1])
    let inside = DirectoryRepository(
      path: scratch("source/repo"), tool: "t", now: { Timestamp(seconds: 0) }, options: .small())
    let record = try await inside.backUp(fixture.source(scratch("source"))) { _ in }
    #expect(record.skippedExamples == ["repo: the repository"])
    #expect(record.files == 1)
  }

  @Test func equalContentIsStoredOnce() async throws {
    let fixture = Fixture()
    let source = fixture.scratch("source")
    SampleTrees.random(source, seed: 5)
    // Until data reaches its device, where a file has holes is not settled.
    try FileDescriptor.directory(source).syncFileSystem(path: source)
    let first = try await fixture.backUp(source)
    let second = try await fixture.backUp(fixture.scratch("source"), at: 1_794_999_100)
    #expect(first.packs == second.packs)
    #expect(first.id != second.id)
    #expect(Set(first.packs.map(\.sha256)).count == (try fixture.packPaths.count))
  }

  @Test func progressEndsAtTheTotals() async throws {
    let fixture = Fixture()
    SampleTrees.random(fixture.scratch("source"), seed: 6)
    let seen = Guarded<[TransferProgress]>([])
    let record = try await fixture.repository.backUp(fixture.source(fixture.scratch("source"))) { progress in
      seen.with { $0.append(progress) }
    }
    let last = try #require(seen.with { $0.last })
    #expect(last.filesDone == record.files && last.filesTotal >= record.files)
    #expect(last.bytesDone == record.logicalBytes.bytes)
  }
}
