import BackendKit
import HostSystem
import PlanModel
import Repository
import Values

/// The repository that a plan names.
enum SnapshotRepository {
  /// The store of a plan; a plan without repository gets one that says so whenever it is asked.
  static func open(_ location: RepositoryLocation?) -> any SnapshotStore {
    guard let location else { return NoRepository() }
    return at(location.directory)
  }

  /// The store in a directory.
  static func at(_ directory: String) -> any SnapshotStore {
    DirectoryRepository(path: directory, tool: "drplan \(DrplanTool.version)", now: { HostClock().now })
  }
}

/// What a plan without `repository` has: every question is answered with what is missing.
private struct NoRepository: SnapshotStore {
  private var failure: SnapshotError {
    SnapshotError(
      .repositoryMissing, "the plan names no repository", remedy: "add `repository: {directory: ...}` to it")
  }

  func snapshots(of database: DatabaseID?) async throws(SnapshotError) -> SnapshotListing { throw failure }
  func backUp(
    _ source: SnapshotSource, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> SnapshotRecord { throw failure }
  func restore(
    _ id: SnapshotID, of database: DatabaseID, into staging: String, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> RestoreSummary { throw failure }
  func verify(
    _ id: SnapshotID, of database: DatabaseID, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> VerificationSummary { throw failure }
  func compare(
    _ id: SnapshotID, of database: DatabaseID, with path: String, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> ComparisonSummary { throw failure }
  func probe() async throws(SnapshotError) -> StoreStatus { throw failure }
}
