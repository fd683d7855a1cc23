import BackendKit
import Glibc
import HostSystem
import Testing
import Values

@testable import Repository

@Suite struct ListingTests {
  @Test func snapshotsAreListedByRecoveryPointAndChosenByIt() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    var records: [SnapshotRecord] = []
    // The last one begun has the oldest data.
    for (begun, consistent) in [(1000, 1000), (2000, 2000), (3000, 500)] as [(Int64, Int64)] {
      var source = fixture.source(fixture.scratch("source"), at: begun)
      source.consistentAt = Timestamp(seconds: consistent)
      source.latestAt = Timestamp(seconds: consistent + 10)
      records.append(try await fixture.repository.backUp(source) { _ in })
    }
    let listing = try await fixture.repository.snapshots(of: fixture.database)
    #expect(listing.snapshots == [records[2], records[0], records[1]])
    let database = fixture.database
    #expect(listing.snapshot(of: database, at: .latest) == records[1])
    #expect(listing.snapshot(of: database, at: .at(Timestamp(seconds: 1999))) == records[0])
    #expect(listing.snapshot(of: database, at: .at(Timestamp(seconds: 1010))) == records[0])
    #expect(listing.snapshot(of: database, at: .at(Timestamp(seconds: 1009))) == records[2])
    #expect(listing.snapshot(of: database, at: .at(Timestamp(seconds: 509))) == nil)
    #expect(listing.snapshot(of: database, at: .snapshot(records[0].id)) == records[0])
    let other = try #require(DatabaseID("other"))
    #expect(listing.snapshot(of: other, at: .latest) == nil)
    #expect(try await fixture.repository.snapshots(of: other).snapshots.isEmpty)
  }

  @Test func dataThatWasInUseIsAsYoungAsTheEndOfReading() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    let record = try await fixture.backUp(fixture.scratch("source"), at: 1_794_999_000)
    #expect(record.consistentAt == Timestamp(seconds: 1_794_999_000))
    #expect(record.latestAt == Timestamp(seconds: 1_795_000_000))
    let listing = try await fixture.repository.snapshots(of: nil)
    #expect(listing.snapshot(of: fixture.database, at: .at(Timestamp(seconds: 1_794_999_999))) == nil)
    #expect(listing.snapshot(of: fixture.database, at: .at(record.latestAt)) == record)
  }

  @Test func whatDoesNotBelongIsNamedNotSkipped() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    let record = try await fixture.backUp(fixture.scratch("source"))
    let place = fixture.layout.snapshots(of: fixture.database)
    try DurableFile.write([], to: place + "/20261120T031502Z-00000000.json")
    try DurableFile.write([1], to: place + "/notes.txt")
    let bytes = try DurableFile.read(place + "/\(record.id).json", limit: 1 << 20)
    try DurableFile.write(bytes, to: place + "/20261120T031502Z-00000001.json")
    mkdir(fixture.layout.series + "/Not A Name", 0o700)
    try DurableFile.write([1], to: place + "/20261120T031502Z-00000002.json.tmp-1234")
    let listing = try await fixture.repository.snapshots(of: nil)
    #expect(listing.snapshots == [record])
    #expect(
      listing.damaged.map(\.name) == [
        "series/Not A Name", "series/orders/snapshots/20261120T031502Z-00000000.json",
        "series/orders/snapshots/20261120T031502Z-00000001.json", "series/orders/snapshots/notes.txt",
      ])
    #expect(listing.damaged[2].reason.contains(record.id.text))
  }

  @Test func aMissingRepositoryIsAnErrorNotAnEmptyList() async throws {
    let fixture = Fixture()
    let error = await #expect(throws: SnapshotError.self) { try await fixture.repository.snapshots(of: nil) }
    #expect(error?.code == .repositoryMissing)
    let status = try await fixture.repository.probe()
    #expect(!status.exists && !status.isReadable && status.isWritable && status.freeBytes != nil)
    #expect(access(fixture.scratch("repo"), F_OK) != 0)
    TreeMaker(fixture.scratch("source")).file("file", [1])
    _ = try await fixture.backUp(fixture.scratch("source"))
    let after = try await fixture.repository.probe()
    #expect(after.exists && after.isReadable && after.isWritable)
  }

  @Test func aDirectoryWithOtherThingsIsNoPlaceForARepository() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("repo")).file("precious", [1])
    TreeMaker(fixture.scratch("source")).file("file", [1])
    let error = await #expect(throws: SnapshotError.self) {
      try await fixture.backUp(fixture.scratch("source"))
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("precious") == true)
  }

  @Test func aRepositoryOfALaterFormIsRefused() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    _ = try await fixture.backUp(fixture.scratch("source"))
    overwrite(fixture.layout.description, Array(#"{"format":"drplan-repository","version":2,"id":"x"}"#.utf8))
    let error = await #expect(throws: SnapshotError.self) { try await fixture.repository.snapshots(of: nil) }
    #expect(error?.code == .unsupported)
  }

  @Test func aRecordKeepsWhatItWasGiven() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1, 2])
    let record = try await fixture.backUp(fixture.scratch("source"))
    #expect(try await fixture.repository.snapshots(of: nil).snapshots == [record])
    #expect(record.facts.rowCounts == ["orders": 12] && record.facts.identity == ["host": "test"])
    #expect(record.kind == .full && record.engine == "Files" && record.tool == "drplan test")
    #expect(record.logicalBytes == ByteCount(2) && record.directories == 1)
    #expect(record.finishedAt == Timestamp(seconds: 1_795_000_000))
    #expect(!record.host.isEmpty && record.id.text.hasPrefix(record.startedAt.compact))
  }
}
