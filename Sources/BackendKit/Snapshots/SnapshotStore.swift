public import Values

/// A repository of snapshots: takes, lists, restores and checks them.
///
/// All calls may run at the same time, from several processes too: readers see only complete snapshots. All are
/// cancelled by cancelling their task, and have cleaned up when they throw.
public protocol SnapshotStore: Sendable {
  /// The snapshots of one database, or of all: oldest recovery point first, damaged records named. A repository
  /// that does not exist is the error `repositoryMissing`, never an empty list.
  func snapshots(of database: DatabaseID?) async throws(SnapshotError) -> SnapshotListing

  /// Takes a full snapshot of `source`, making the repository if there is none. When it returns the snapshot is
  /// complete and durable; when it throws there is no such snapshot. Safe to call again.
  func backUp(
    _ source: SnapshotSource, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> SnapshotRecord

  /// Writes a snapshot into `staging`, a directory that must not exist and whose parent must: it is filled
  /// under another name beside it, and has its own only when it is complete. A snapshot of a directory becomes `staging` itself; one of a single file becomes a
  /// file of its old name in it. When it returns every byte was verified and is durable.
  func restore(
    _ id: SnapshotID, of database: DatabaseID, into staging: String, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> RestoreSummary

  /// Reads, inflates and hashes everything a snapshot needs. Damage is a result, not an error; only a record or
  /// manifest that cannot be read at all throws.
  func verify(
    _ id: SnapshotID, of database: DatabaseID, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> VerificationSummary

  /// Compares names, types, modes, links and content of the tree or file at `path` with a snapshot, from the
  /// digests kept: content is read from `path` only. Times and owners are not compared.
  func compare(
    _ id: SnapshotID, of database: DatabaseID, with path: String, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> ComparisonSummary

  /// Looks whether the repository is there, readable and writable; changes nothing.
  func probe() async throws(SnapshotError) -> StoreStatus
}
