import BackendKit
import Glibc
import HostSystem
import Testing
import Values

@testable import Repository

/// Manifests that a hostile hand wrote, with digests and seals that are right.
@Suite struct HostileManifestTests {
  private let metadata = NodeMetadata(mode: 0o644, user: 0, group: 0, modified: 0)

  /// Replaces a snapshot's manifest by these lines and seals everything again.
  private func forge(
    _ fixture: Fixture, _ original: SnapshotRecord, totals: ManifestEnd? = nil,
    _ items: (SnapshotRecord) -> [ManifestItem]
  ) throws -> SnapshotRecord {
    let writer = try ManifestWriter(in: try Workspace(fixture.layout), options: .small())
    let head = ManifestHead(
      database: original.database, snapshot: original.id, engine: original.engine, kind: "Full",
      startedAt: original.startedAt, consistentAt: original.consistentAt, isSingleFile: false)
    var counted = ManifestEnd()
    try writer.append(.head(head))
    for item in items(original) {
      switch item {
      case .file(let entry):
        counted.files += 1
        counted.bytes &+= entry.size
        counted.allocated &+= entry.allocated
      case .directory: counted.directories += 1
      case .link, .hardLink: counted.links += 1
      default: break
      }
      try writer.append(item)
    }
    writer.totals = totals ?? counted
    let end = writer.totals
    let manifest = try writer.publish(packs: original.packs, to: fixture.layout)
    var record = original
    record.manifest = manifest
    record.files = end.files
    record.directories = end.directories
    record.links = end.links
    record.logicalBytes = ByteCount(end.bytes)
    record.allocatedBytes = ByteCount(end.allocated)
    let (sealed, bytes) = try RecordFile.seal(record)
    overwrite(fixture.layout.record(record.id, of: record.database), bytes)
    return sealed
  }

  private func sample() async throws -> (Fixture, SnapshotRecord, BlockLocation) {
    let fixture = Fixture(options: .small(pack: 1 << 30))
    let tree = TreeMaker(fixture.scratch("source"))
    tree.file("file", Array("content".utf8))
    tree.file("big", [UInt8](repeating: 7, count: 5000))
    let record = try await fixture.backUp(fixture.scratch("source"))
    var member: BlockLocation?
    try ManifestReader(layout: fixture.layout, record: record).forEach { (item) throws(SnapshotError) in
      if case .member(let location) = item { member = location }
    }
    return (fixture, record, try #require(member))
  }

  private func file(_ path: String, size: Int64 = 7, offset: Int = 512) -> ManifestItem {
    .file(
      FileEntry(
        path: Array(path.utf8), metadata: metadata, size: size,
        content: .packed(offset: offset, digest: .zero),
        isSparse: false))
  }

  private var top: ManifestItem { .directory(RelativePath.root, metadata) }

  @Test func aForgedButHarmlessManifestIsRestored() async throws {
    let (fixture, record, member) = try await sample()
    let forged = try forge(fixture, record) { _ in [top, .member(member), file("other")] }
    _ = try await fixture.restore(forged)
    #expect(access(fixture.scratch("restored/other"), F_OK) == 0)
  }

  @Test(arguments: [
    "../escape", "/tmp/escape", "a/../../escape", "a//b", "./a", "a/.", "..", "", "nul\0byte", "a/",
    "missing/file",
    String(repeating: "n", count: 256),
  ])
  func aPathThatLeavesIsRefused(path: String) async throws {
    let (fixture, record, member) = try await sample()
    let forged = try forge(fixture, record) { _ in [top, .member(member), file(path)] }
    #expect(await fixture.restoreFailure(forged)?.code == .unsafePath)
    #expect(access(fixture.scratch("escape"), F_OK) != 0)
  }

  @Test func aDirectoryLinkOrSecondNameThatLeavesIsRefused() async throws {
    let (fixture, record, _) = try await sample()
    let metadata = metadata
    let items: [ManifestItem] = [
      .directory(Array("../d".utf8), metadata), .link(Array("../l".utf8), target: [65], metadata),
      .hardLink(Array("z".utf8), of: Array("../repo/repo.json".utf8)),
      .hardLink(Array("../z".utf8), of: Array("a".utf8)), .skipped(Array("../s".utf8), reason: "x"),
    ]
    for item in items {
      let forged = try forge(fixture, record) { _ in [top, item] }
      #expect(await fixture.restoreFailure(forged)?.code == .unsafePath, "\(item)")
    }
  }

  @Test func nothingIsWrittenThroughALinkOfTheManifest() async throws {
    let (fixture, record, member) = try await sample()
    mkdir(fixture.scratch("outside"), 0o700)
    let metadata = metadata
    let outside = Array(fixture.scratch("outside").utf8)
    let forged = try forge(fixture, record) { _ in
      [top, .member(member), .link(Array("a".utf8), target: outside, metadata), file("a/planted")]
    }
    #expect(await fixture.restoreFailure(forged)?.code == .unsafePath)
    #expect(access(fixture.scratch("outside/planted"), F_OK) != 0)
  }

  @Test func aSecondNameOfALinkIsRefused() async throws {
    let (fixture, record, _) = try await sample()
    let metadata = metadata
    let forged = try forge(fixture, record) { _ in
      [
        top, .link(Array("a".utf8), target: Array("/etc/passwd".utf8), metadata),
        .hardLink(Array("b".utf8), of: Array("a".utf8)),
      ]
    }
    #expect(await fixture.restoreFailure(forged) != nil)
  }

  @Test func aSecondNameOfNothingIsFoundByAVerificationAndBeforeARestore() async throws {
    let (fixture, record, member) = try await sample()
    let forged = try forge(fixture, record) { _ in
      [top, .member(member), file("b"), .hardLink(Array("z".utf8), of: Array("a".utf8))]
    }
    let error = await #expect(throws: SnapshotError.self) {
      try await fixture.repository.verify(forged.id, of: fixture.database) { _ in }
    }
    #expect(error?.code == .damaged && error?.message.contains("`a`") == true)
    #expect(await fixture.restoreFailure(forged)?.code == .damaged)
  }

  @Test func doubledAndMisplacedEntriesAreRefused() async throws {
    let (fixture, record, member) = try await sample()
    let metadata = metadata
    let cases: [[ManifestItem]] = [
      [top, .member(member), file("a"), file("a")],
      [top, .member(member), file("b"), file("a")],
      [top, .member(member), file("a"), file("a/b")],
      [top, .directory(Array("a".utf8), metadata), .member(member), file("a")],
      [top, top],
      [.member(member), file("a")],
    ]
    for items in cases {
      let forged = try forge(fixture, record) { _ in items }
      #expect(await fixture.restoreFailure(forged) != nil, "\(items)")
    }
  }

  @Test func blocksOutsideTheirPackFileOrBoundsAreRefused() async throws {
    let (fixture, record, member) = try await sample()
    func big(_ size: Int64, _ blockSize: Int, _ count: Int64, sparse: Bool = false) -> ManifestItem {
      .file(
        FileEntry(
          path: [98], metadata: metadata, size: size, content: .blocks(size: blockSize, count: count),
          isSparse: sparse))
    }
    func block(_ index: Int64, _ change: (inout BlockLocation) -> Void = { _ in }) -> ManifestItem {
      var location = member
      location.size = 4096
      change(&location)
      return .blocks([PayloadBlock(index: index, location: location, isZeros: false)])
    }
    let cases: [[ManifestItem]] = [
      [top, .member(BlockLocation(pack: 9, offset: 0, storedSize: 100, size: 10, digest: .zero))],
      [top, .member(BlockLocation(pack: 0, offset: 1 << 40, storedSize: 100, size: 10, digest: .zero))],
      [top, .member(BlockLocation(pack: 0, offset: .max, storedSize: 100, size: 10, digest: .zero))],
      [top, .member(BlockLocation(pack: 0, offset: 0, storedSize: 100, size: 1 << 30, digest: .zero))],
      [top, .member(member), file("a", size: 1 << 40)],
      [top, .member(member), file("a", size: 7, offset: 1 << 40)],
      [top, big(4096, 4096, 1)],
      [top, big(4096, 4096, 1), block(1)],
      [top, big(8192, 4096, 1), block(0)],
      [top, big(8192, 4096, 2), block(0), block(0)],
      [top, big(4096, 4096, 1), block(0) { $0.size = 1 << 20 }],
      [top, big(4096, 4096, 1), block(0), block(1)],
      [top, big(.max, 4096, 1 << 62)],
      [top, big(.max, 4096, 1, sparse: true), block(1 << 50) { $0.pack = 7 }],
      [top, big(.max, 4096, 1, sparse: true), block(.max)],
      [top, block(0)],
    ]
    for items in cases {
      let forged = try forge(fixture, record) { _ in items }
      #expect(await fixture.restoreFailure(forged)?.code == .damaged, "\(items)")
    }
  }

  @Test func sizesThatNoDiskHoldsAreRefusedBeforeAnythingIsMade() async throws {
    let (fixture, record, member) = try await sample()
    let metadata = metadata
    // A sparse file of one block claims to be as large as there can be: every sum must hold.
    let items: [ManifestItem] = [
      top,
      .file(
        FileEntry(
          path: [97], metadata: metadata, size: .max, content: .blocks(size: 4096, count: 0), isSparse: true)),
      .member(member), file("b", size: 7),
    ]
    let forged = try forge(fixture, record) { _ in items }
    #expect(await fixture.restoreFailure(forged)?.code == .damaged)
  }

  @Test(arguments: [Int64.max, Int64.max - 1, Int64(1) << 62, Int64(1) << 60])
  func aFileOfAsManyBlocksAsNumbersHoldIsRefusedNotReckonedWith(size: Int64) async throws {
    let (fixture, record, _) = try await sample()
    let metadata = metadata
    for block in [512, 4096, 8 << 20] {
      let entry = FileEntry(
        path: [97], metadata: metadata, size: size,
        content: .blocks(size: block, count: FileEntry.blocks(of: block, in: size)), isSparse: true)
      #expect(entry.allocated == size)
      let forged = try forge(fixture, record) { _ in [top, .file(entry)] }
      #expect(await fixture.restoreFailure(forged)?.code == .damaged)
      await #expect(throws: SnapshotError.self) {
        try await fixture.repository.verify(forged.id, of: fixture.database) { _ in }
      }
    }
  }

  @Test func aDecompressionBombStaysWithinItsBlock() async throws {
    let (fixture, record, member) = try await sample()
    // Eight MiB of zeros, tagged as a block of the size that the manifest knows.
    let codec = GzipBlockCodec()
    let zeros = [UInt8](repeating: 0, count: 8 << 20)
    var output = [UInt8](repeating: 0, count: GzipBlockCodec.capacity(for: zeros.count))
    var stored = try zeros.withUnsafeBytes { input in
      try output.withUnsafeMutableBytes { try codec.encode(input, into: $0).storedSize }
    }
    withUnsafeBytes(of: UInt32(member.size).littleEndian) { output.replaceSubrange(20..<24, with: $0) }
    stored = min(stored, member.storedSize)
    let path = fixture.layout.pack(record.packs[0].sha256)
    var pack = try DurableFile.read(path, limit: 1 << 20)
    withUnsafeBytes(of: UInt32(member.storedSize).littleEndian) { output.replaceSubrange(16..<20, with: $0) }
    pack.replaceSubrange(Int(member.offset)..<Int(member.offset) + stored, with: output[..<stored])
    overwrite(path, pack)
    #expect(await fixture.restoreFailure(record)?.code == .damaged)
  }

  @Test func totalsThatLieAreRefused() async throws {
    let (fixture, record, member) = try await sample()
    var lie = ManifestEnd()
    lie.files = 2
    lie.directories = 1
    lie.bytes = 7
    lie.allocated = 7
    let forged = try forge(fixture, record, totals: lie) { _ in [top, .member(member), file("a")] }
    #expect(await fixture.restoreFailure(forged)?.code == .damaged)
  }

  @Test func aNeedForSpaceThatIsNotThatOfTheFilesIsRefused() async throws {
    let (fixture, record, member) = try await sample()
    var lie = ManifestEnd(files: 1, directories: 1, bytes: 7, allocated: 7)
    let honest = try forge(fixture, record, totals: lie) { _ in [top, .member(member), file("a")] }
    _ = try await fixture.restore(honest)
    lie.allocated = 6
    let forged = try forge(fixture, record, totals: lie) { _ in [top, .member(member), file("a")] }
    #expect(await fixture.restoreFailure(forged)?.code == .damaged)
  }

  @Test func aManifestOfAnotherSnapshotIsRefused() async throws {
    let (fixture, first, _) = try await sample()
    let second = try await fixture.backUp(fixture.scratch("source"), at: 1_794_999_700)
    var record = second
    record.manifest = first.manifest
    let (sealed, bytes) = try RecordFile.seal(record)
    overwrite(fixture.layout.record(second.id, of: second.database), bytes)
    #expect(await fixture.restoreFailure(sealed)?.code == .damaged)
  }

  @Test func garbageLinesAreRefused() {
    let lines = [
      "", "{", "{}", "{\"k\":\"f\"}",
      "{\"k\":\"f\",\"p\":\"a\",\"s\":-1,\"m\":\"0644\",\"u\":0,\"g\":0,\"t\":0}",
      "{\"k\":\"d\",\"p\":\"a\",\"m\":\"099\",\"u\":0,\"g\":0,\"t\":0}",
      "{\"k\":\"d\",\"p\":\"a\",\"m\":\"0777777\",\"u\":0,\"g\":0,\"t\":0}",
      "{\"k\":\"d\",\"p\":\"a\",\"m\":\"0644\",\"u\":4294967296,\"g\":0,\"t\":0}",
      "{\"k\":\"d\",\"p\":\"a\",\"m\":\"0644\",\"u\":0,\"g\":0,\"t\":99999999999999999999}",
      "{\"k\":\"d\",\"p\":\"a\\ud800\",\"m\":\"0644\",\"u\":0,\"g\":0,\"t\":0}",
      "{\"k\":\"d\",\"p64\":\"YQ\",\"m\":\"0644\",\"u\":0,\"g\":0,\"t\":0}",
      "{\"k\":\"b\",\"x\":[[0,0,0,1,1,\"zz\",0]]}", "{\"k\":\"b\",\"x\":[[[[[[", "{\"k\":\"m\",\"x\":[1,2]}",
      "{\"k\":\"nobody-knows\"}", "{\"k\":\"d\",\"p\":\"a\"} trailing",
    ]
    for line in lines {
      #expect(throws: ManifestFault.self, "\(line)") {
        try Array(line.utf8).withUnsafeBytes { try ManifestParser.parse($0) }
      }
    }
  }

  @Test func everyLineSurvivesWritingAndReading() throws {
    let location = BlockLocation(
      pack: 3, offset: 1 << 40, storedSize: 70, size: 4096, digest: SHA256Hasher.digest([1]))
    let odd: [UInt8] = [0xff, 10, 34, 92, 9, 1, 127, 0xc3]
    let moment = Timestamp(nanoseconds: 1_795_000_000_123_456_789)
    let items: [ManifestItem] = [
      .head(
        ManifestHead(
          database: try #require(DatabaseID("orders")), snapshot: SnapshotID(startedAt: moment, entropy: 7),
          engine: "odd \" name", kind: "Full", startedAt: moment, consistentAt: moment, isSingleFile: true)),
      .directory(odd, NodeMetadata(mode: 0o1777, user: .max, group: 0, modified: .min)),
      .member(location),
      .file(
        FileEntry(
          path: Array("é\n".utf8), metadata: metadata, size: 9,
          content: .packed(offset: 4, digest: location.digest), isSparse: true)),
      .file(FileEntry(path: [97], metadata: metadata, size: 0, content: .empty, isSparse: false)),
      .file(
        FileEntry(
          path: [97], metadata: metadata, size: (1 << 60) - 1, content: .blocks(size: 8 << 20, count: 3),
          isSparse: true)),
      .blocks((0..<64).map { PayloadBlock(index: $0, location: location, isZeros: $0 % 2 == 0) }),
      .link(odd, target: odd, metadata), .hardLink(odd, of: [120]), .skipped(odd, reason: "fifo"),
      .pack(.init(sha256: location.digest, bytes: ByteCount(Int64.max))),
      .end(
        ManifestEnd(
          files: 1, directories: 2, links: 3, skipped: 4, bytes: 5, allocated: 6, root: location.digest)),
    ]
    for item in items {
      var encoder = ManifestEncoder()
      encoder.append(item)
      let line = encoder.text.dropLast()
      #expect(try Array(line).withUnsafeBytes { try ManifestParser.parse($0) } == item)
    }
  }
}
