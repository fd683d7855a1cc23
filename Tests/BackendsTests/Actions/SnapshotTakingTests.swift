import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import Testing
import Values

@testable import Backends

@Suite struct SnapshotTakingTests {
  private let here: CheckSituation
  private let engine: SQLiteEngine
  /// Where snapshots are captured.
  private let folder: String

  init() throws {
    here = try CheckSituation()
    let path = here.scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 20)
    engine = try DataKeys.sqlite(path)
    folder = here.scratch.file("s")
  }

  @Test func whatAKilledBackupLeftIsRemovedByTheNext() async throws {
    try FileTree.makeDirectories(folder + "/capture-0badcafe/deep")
    try DurableFile.write([1, 2, 3], to: folder + "/capture-0badcafe/copy")
    try DurableFile.write([1], to: folder + "/notes")
    _ = try await here.snapshot("orders", engine)
    #expect(try HostPath.names(in: folder) == ["notes"])
  }

  @Test func theCopyOfABackupThatIsUnderWayStays() async throws {
    let living = try CaptureFolder(in: folder)
    try DurableFile.write([1, 2, 3], to: living.path + "/copy")
    _ = try await here.snapshot("orders", engine)
    #expect(try HostPath.names(in: living.path) == ["copy"])
    try living.remove()
    #expect(try HostPath.names(in: folder) == [])
  }

  @Test func whatOnlyLooksLikeACopyIsNotFollowed() async throws {
    let precious = here.scratch.file("precious")
    try FileTree.makeDirectories(precious)
    try DurableFile.write([1], to: precious + "/file")
    try FileTree.makeDirectories(folder)
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/capture-link", withDestinationPath: precious)
    _ = try await here.snapshot("orders", engine)
    #expect(PathAccess.exists(precious + "/file"))
  }
}
