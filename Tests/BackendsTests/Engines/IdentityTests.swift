import BackendKit
import DrplanTestKit
import FoundationEssentials
import Glibc
import HostSystem
import Testing

@testable import Backends

/// By what a place is told from others.
@Suite struct IdentityTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private func header(_ applicationID: [UInt8]) -> [UInt8] {
    var bytes = Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0, count: 84)
    bytes.replaceSubrange(68..<72, with: applicationID)
    return bytes
  }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = scratch.file(name)
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }

  @Test func theApplicationOfADatabaseIsWhatSQLiteSays() async throws {
    let path = scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 1)
    let engine = try DataKeys.sqlite(path)
    try SQLiteDatabase(path: path, mode: .readWrite).execute("pragma application_id = -5")
    let facts = try await engine.identity()
    #expect(facts["applicationId"] == "-5")
    #expect(facts["kind"] == "File")
    #expect(facts["fileSystem"]?.isEmpty == false)
  }

  @Test func aHeaderIsReadAsItStandsOrNotAtAll() throws {
    #expect(SQLiteIdentity.applicationID(at: try write(header([0, 0, 5, 49]), "a")) == 1329)
    #expect(SQLiteIdentity.applicationID(at: try write(header([255, 255, 255, 255]), "b")) == -1)
    #expect(SQLiteIdentity.applicationID(at: try write(Array(header([0, 0, 5, 49]).prefix(99)), "c")) == nil)
    #expect(SQLiteIdentity.applicationID(at: try write([UInt8](repeating: 7, count: 200), "d")) == nil)
    #expect(SQLiteIdentity.applicationID(at: scratch.file("none")) == nil)
    // It may stand in the log alone.
    let logged = try write(header([0, 0, 0, 0]), "e")
    #expect(SQLiteIdentity.applicationID(at: logged) == 0)
    _ = try write([1], "e-wal")
    #expect(SQLiteIdentity.applicationID(at: logged) == nil)
  }

  @Test func aFolderIsNamedByItsMarker() async throws {
    try FileManager.default.createDirectory(
      atPath: scratch.file("folder"), withIntermediateDirectories: true)
    let engine = try DataKeys.files(scratch.file("folder"))
    var facts = try await engine.identity()
    #expect(facts["kind"] == "Folder")
    #expect(facts["marker"] == nil)
    _ = try write(Array("  orders-prod \nand more\n".utf8), "folder/.drplan-identity")
    #expect(try await engine.identity()["marker"] == "orders-prod")
    _ = try write([0xff, 0xfe], "folder/.drplan-identity")
    #expect(try await engine.identity()["marker"] == nil)
    let file = try DataKeys.files(try write([1], "single"))
    facts = try await file.identity()
    #expect(facts["kind"] == "File")
  }

  @Test func whereNothingStandsTheFileSystemIsThatOfTheNearestFolder() async throws {
    let standing = try await DataKeys.files(scratch.path).identity()
    let missing = try await DataKeys.files(scratch.file("no/such/place")).identity()
    #expect(Array(missing.keys) == ["fileSystem"])
    #expect(missing["fileSystem"] == standing["fileSystem"])
    symlink("/dev/shm", scratch.file("link"))
    let elsewhere = try await DataKeys.files(scratch.file("link/none")).identity()
    #expect(elsewhere["fileSystem"] == (try await DataKeys.files("/dev/shm").identity())["fileSystem"])
    #expect(elsewhere["fileSystem"]?.hasPrefix("tmpfs:0:") == true)
  }

  @Test func aFileSystemHasTheNameThatLastsLongest() {
    let name = FileSystemName(uuids: [2049: "0f3c"])
    func named(_ type: String, _ source: String, _ number: UInt64? = nil) -> String {
      name.name(
        of: MountTable.Mount(path: "/", type: type, source: source, device: "0:45", isReadOnly: false),
        number: { _ in number })
    }
    #expect(named("ext4", "/dev/vda1", 2049) == "0f3c")
    #expect(named("ext4", "/dev/vda1", 2050) == "ext4:/dev/vda1")
    #expect(named("nfs4", "filer:/orders") == "nfs4:filer:/orders")
    #expect(named("zfs", "tank/orders", 2049) == "zfs:tank/orders")
    #expect(named("tmpfs", "tmpfs") == "tmpfs:0:45")
    #expect(named("overlay", "overlay") == "overlay:0:45")
    #expect(named("ext4", "") == "ext4:0:45")
  }
}
