import BackendKit
import Glibc
import HostSystem
import Testing
import Values

@testable import Repository

@Suite struct ArchiveScannerTests {
  private func pack(_ fixture: Fixture) async throws -> (record: SnapshotRecord, bytes: [UInt8]) {
    SampleTrees.everything(fixture.scratch("source"))
    let record = try await fixture.backUp(fixture.scratch("source"))
    return (record, try DurableFile.read(fixture.layout.pack(record.packs[0].sha256), limit: 1 << 24))
  }

  @Test func aPackTellsWhatItHoldsWithoutAManifest() async throws {
    let fixture = Fixture(options: .small(pack: 1 << 30))
    let (record, bytes) = try await pack(fixture)
    let scan = ArchiveScanner().scan(bytes)
    #expect(scan.isIntact, "\(scan.faults)")
    #expect(scan == (try ArchiveScanner().scan(packAt: fixture.layout.pack(record.packs[0].sha256))))
    let state = try TreeState(fixture.scratch("source"))
    let listed = Set(scan.entries.map { $0.path.last == 47 ? Array($0.path.dropLast()) : $0.path })
    #expect(listed == Set(state.nodes.keys.map { $0.isEmpty ? RelativePath.root : $0 }))
  }

  @Test func aCutPackShowsWhatIsLeft() async throws {
    let fixture = Fixture(options: .small(pack: 1 << 30))
    let (_, bytes) = try await pack(fixture)
    let whole = ArchiveScanner().scan(bytes)
    for count in stride(from: 0, to: bytes.count, by: 997) {
      let scan = ArchiveScanner().scan(Array(bytes.prefix(count)))
      #expect(!scan.isIntact)
      #expect(scan.members.count <= whole.members.count)
    }
  }

  @Test func blocksInAnotherOrderAreNoticed() async throws {
    let fixture = Fixture(options: .small(pack: 1 << 30))
    let (_, bytes) = try await pack(fixture)
    let members = ArchiveScanner().scan(bytes).members
    func slice(_ index: Int) -> ArraySlice<UInt8> {
      bytes[Int(members[index].offset)..<Int(members[index].offset) + members[index].tag.storedSize]
    }
    let swapped = Array(slice(1) + slice(0) + bytes[Int(members[2].offset)...])
    #expect(!ArchiveScanner().scan(swapped).isIntact)
  }

  @Test func garbageNeverCrashesTheScanner() async throws {
    let fixture = Fixture(options: .small(pack: 1 << 30))
    let (_, bytes) = try await pack(fixture)
    var random = Seeded(11)
    for round in 0..<300 {
      var bad = bytes
      for _ in 0...(round % 8) {
        let index = Int.random(in: 0..<bad.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bad[index] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bad.removeSubrange(index..<min(bad.count, index + 40))
        default: bad.insert(contentsOf: random.bytes(20), at: index)
        }
      }
      #expect(!ArchiveScanner().scan(bad).isIntact || bad == bytes)
      _ = ArchiveScanner().scan(random.bytes(round * 3))
    }
  }

  @Test func garbageInsideATarIsNoticed() throws {
    var random = Seeded(12)
    for _ in 0..<300 {
      var header = TarHeader.make(
        .file, path: [UInt8](repeating: 97, count: 300),
        metadata: NodeMetadata(mode: 0, user: 0, group: 0, modified: -1))
      header[Int.random(in: 0..<header.count, using: &random)] = UInt8.random(
        in: .min ... .max, using: &random)
      var index = TarIndex(limit: 10)
      header.withUnsafeBytes { index.feed($0) }
      random.bytes(2048).withUnsafeBytes { index.feed($0) }
    }
  }
}
