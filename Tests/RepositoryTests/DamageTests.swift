import BackendKit
import Glibc
import HostSystem
import Testing
import Values

@testable import Repository

/// Whatever happens to stored bytes: a restore brings back the right content, or none.
@Suite struct DamageTests {
  private func sample() async throws -> (fixture: Fixture, record: SnapshotRecord, before: TreeState) {
    let fixture = Fixture(options: .small(pack: 1 << 30))
    let tree = TreeMaker(fixture.scratch("source"))
    var random = Seeded(3)
    tree.file("a", random.text(700))
    tree.directory("d")
    tree.file("d/big", random.text(9000))
    tree.file("e", random.bytes(600))
    let record = try await fixture.backUp(fixture.scratch("source"))
    return (fixture, record, try TreeState(fixture.scratch("source")))
  }

  @Test func noFlippedByteOfAPackIsEverRestored() async throws {
    let (fixture, record, before) = try await sample()
    let path = fixture.layout.pack(record.packs[0].sha256)
    let good = try DurableFile.read(path, limit: 1 << 20)
    var refused = 0
    for index in stride(from: 0, to: good.count, by: 7) {
      var bad = good
      bad[index] ^= 1 << (index % 8)
      overwrite(path, bad)
      do {
        _ = try await fixture.restore(record, into: "out")
        // Headers that only tar needs are not content: the tree must still be exactly right.
        #expect(try TreeState(fixture.scratch("out")) == before, "byte \(index)")
        try FileTree.remove(fixture.scratch("out"))
      } catch let error as SnapshotError {
        #expect(error.code == .damaged, "byte \(index): \(error)")
        #expect(access(fixture.scratch("out"), F_OK) != 0)
        refused += 1
      }
    }
    #expect(refused > good.count / 7 / 2)
  }

  @Test func everyFlippedByteOfAPackIsFoundByVerification() async throws {
    let (fixture, record, _) = try await sample()
    let path = fixture.layout.pack(record.packs[0].sha256)
    let good = try DurableFile.read(path, limit: 1 << 20)
    for index in stride(from: 3, to: good.count, by: 11) {
      var bad = good
      bad[index] ^= 0x10
      overwrite(path, bad)
      let summary = try await fixture.repository.verify(record.id, of: fixture.database) { _ in }
      #expect(!summary.isIntact, "byte \(index)")
    }
    overwrite(path, good)
    let summary = try await fixture.repository.verify(record.id, of: fixture.database) { _ in }
    #expect(summary.isIntact)
    #expect(summary.files == 3)
  }

  @Test func everyFlippedByteOfAManifestIsRefused() async throws {
    let (fixture, record, _) = try await sample()
    let path = fixture.layout.manifest(record.manifest.sha256)
    let good = try DurableFile.read(path, limit: 1 << 20)
    for index in good.indices {
      var bad = good
      bad[index] ^= 1 << (index % 8)
      overwrite(path, bad)
      let error = await fixture.restoreFailure(record)
      #expect(
        error?.code == .damaged || error?.code == .unsafePath, "byte \(index): \(String(describing: error))")
    }
  }

  @Test func everyFlippedByteOfARecordIsListedAsDamaged() async throws {
    let (fixture, record, _) = try await sample()
    let path = fixture.layout.record(record.id, of: fixture.database)
    let good = try DurableFile.read(path, limit: 1 << 20)
    for index in good.indices {
      var bad = good
      bad[index] ^= 1
      overwrite(path, bad)
      let listing = try await fixture.repository.snapshots(of: nil)
      #expect(listing.snapshots.isEmpty && listing.damaged.count == 1, "byte \(index)")
    }
  }

  @Test func aDamagedBlockIsNamedWithItsFile() async throws {
    let (fixture, record, _) = try await sample()
    let path = fixture.layout.pack(record.packs[0].sha256)
    var bytes = try DurableFile.read(path, limit: 1 << 20)
    let scan = ArchiveScanner().scan(bytes)
    let payload = scan.members.filter { $0.tag.flags.contains(.payload) }
    bytes[Int(payload[1].offset) + 70] ^= 0xff
    overwrite(path, bytes)
    let error = try #require(await fixture.restoreFailure(record))
    #expect(error.code == .damaged)
    #expect(error.message.contains("block 1 of `d/big`"))
    let summary = try await fixture.repository.verify(record.id, of: fixture.database) { _ in }
    #expect(summary.damage.contains { $0.file == "d/big" && $0.block == 1 })
    #expect(!summary.damage.contains { $0.file == "a" })
  }

  @Test(arguments: [0, 1, 100, 2000])
  func aTruncatedPackIsRefusedBeforeAnythingIsTouched(size: Int) async throws {
    let (fixture, record, _) = try await sample()
    #expect(truncate(fixture.layout.pack(record.packs[0].sha256), size) == 0)
    let error = try #require(await fixture.restoreFailure(record))
    #expect(error.code == .damaged)
    #expect(error.message.contains("instead of"))
    #expect(try await !fixture.repository.verify(record.id, of: fixture.database) { _ in }.isIntact)
  }

  @Test func aMissingPackIsNamed() async throws {
    let (fixture, record, _) = try await sample()
    #expect(unlink(fixture.layout.pack(record.packs[0].sha256)) == 0)
    let error = try #require(await fixture.restoreFailure(record))
    #expect(error.code == .damaged && error.message.contains("is missing"))
    let summary = try await fixture.repository.verify(record.id, of: fixture.database) { _ in }
    #expect(Set(summary.damage.compactMap(\.file)) == ["a", "d/big", "e"])
  }

  @Test func aMissingManifestIsNamed() async throws {
    let (fixture, record, _) = try await sample()
    #expect(unlink(fixture.layout.manifest(record.manifest.sha256)) == 0)
    let error = try #require(await fixture.restoreFailure(record))
    #expect(error.code == .damaged && error.message.contains("is missing"))
  }

  @Test func aPackSwappedForAnotherOfTheSameSizeIsRefused() async throws {
    let (fixture, record, _) = try await sample()
    let path = fixture.layout.pack(record.packs[0].sha256)
    let size = try DurableFile.read(path, limit: 1 << 20).count
    overwrite(path, [UInt8](repeating: 0, count: size))
    #expect(await fixture.restoreFailure(record)?.code == .damaged)
  }

  @Test func theNextBackupOfTheSameContentHealsADamagedPack() async throws {
    let (fixture, record, before) = try await sample()
    let path = fixture.layout.pack(record.packs[0].sha256)
    overwrite(path, [1, 2, 3])
    let second = try await fixture.backUp(fixture.scratch("source"), at: 1_794_999_500)
    #expect(second.packs == record.packs)
    _ = try await fixture.restore(record)
    #expect(try TreeState(fixture.scratch("restored")) == before)
  }
}
