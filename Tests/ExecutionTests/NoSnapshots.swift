import BackendKit
import Values

/// The repository of runs that take and restore no snapshots: there is none.
struct NoSnapshots: SnapshotStore {
  private let missing = SnapshotError(.repositoryMissing, "there is no repository here")

  func snapshots(of database: DatabaseID?) async throws(SnapshotError) -> SnapshotListing { throw missing }

  func backUp(
    _ source: SnapshotSource, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> SnapshotRecord { throw missing }

  func restore(
    _ id: SnapshotID, of database: DatabaseID, into staging: String, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> RestoreSummary { throw missing }

  func verify(
    _ id: SnapshotID, of database: DatabaseID, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> VerificationSummary { throw missing }

  func compare(
    _ id: SnapshotID, of database: DatabaseID, with path: String, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> ComparisonSummary { throw missing }

  func probe() async throws(SnapshotError) -> StoreStatus { throw missing }
}
