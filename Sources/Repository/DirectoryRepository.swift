public import BackendKit
import FoundationEssentials
import HostSystem
public import Values

/// A repository of snapshots in a local directory.
///
/// `docs/archive-format.md` describes what is in it. Any number of backups, restores and checks may run at the same
/// time, in any number of processes.
public struct DirectoryRepository: SnapshotStore {
  private let layout: RepositoryLayout
  private let options: RepositoryOptions
  private let tool: String
  private let now: @Sendable () -> Timestamp

  /// The repository in the directory `path`, which is made by the first backup; `tool` is the program and version
  /// that records name, `now` the wall clock that they are dated by.
  public init(path: String, tool: String, now: @escaping @Sendable () -> Timestamp) {
    self.init(path: path, tool: tool, now: now, options: RepositoryOptions())
  }

  init(path: String, tool: String, now: @escaping @Sendable () -> Timestamp, options: RepositoryOptions) {
    layout = RepositoryLayout(root: path)
    self.tool = tool
    self.now = now
    self.options = options
  }

  // MARK: - SnapshotStore

  /// As `SnapshotStore` promises.
  public func snapshots(of database: DatabaseID?) async throws(SnapshotError) -> SnapshotListing {
    try await runBlockingCancellable { [layout] (flag) throws(SnapshotError) in
      try RepositoryDescription.check(layout)
      return try SnapshotLister(layout: layout).list(database, flag)
    }
  }

  /// As `SnapshotStore` promises.
  public func backUp(
    _ source: SnapshotSource, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> SnapshotRecord {
    let run = BackupRun(
      layout: layout, options: options, source: source, tool: tool, now: now, progress: progress)
    return try await runBlockingCancellable { [layout] (flag) throws(SnapshotError) in
      try RepositoryDescription.make(layout)
      Workspace.removeLeftovers(layout)
      return try run.run(flag)
    }
  }

  /// As `SnapshotStore` promises.
  public func restore(
    _ id: SnapshotID, of database: DatabaseID, into staging: String, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> RestoreSummary {
    try await runBlockingCancellable { [layout, options] (flag) throws(SnapshotError) in
      let record = try SnapshotLister(layout: layout).record(id, of: database)
      var staging = staging
      while staging.utf8.count > 1, staging.hasSuffix("/") { staging.removeLast() }
      return try RestoreRun(
        layout: layout, options: options, record: record, staging: staging, progress: progress
      ).run(flag)
    }
  }

  /// As `SnapshotStore` promises.
  public func verify(
    _ id: SnapshotID, of database: DatabaseID, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> VerificationSummary {
    try await runBlockingCancellable { [layout, options] (flag) throws(SnapshotError) in
      let record = try SnapshotLister(layout: layout).record(id, of: database)
      return try VerifyRun(layout: layout, options: options, record: record, progress: progress).run(flag)
    }
  }

  /// As `SnapshotStore` promises.
  public func compare(
    _ id: SnapshotID, of database: DatabaseID, with path: String, progress: @escaping ProgressHandler
  ) async throws(SnapshotError) -> ComparisonSummary {
    try await runBlockingCancellable { [layout, options] (flag) throws(SnapshotError) in
      let record = try SnapshotLister(layout: layout).record(id, of: database)
      return try CompareRun(layout: layout, options: options, record: record, path: path, progress: progress)
        .run(flag)
    }
  }

  /// As `SnapshotStore` promises.
  public func probe() async throws(SnapshotError) -> StoreStatus {
    try await runBlockingCancellable { [layout] (_) throws(SnapshotError) in
      let exists = try RepositoryDescription.exists(layout)
      // For a repository that is still to be made, the nearest directory that exists counts.
      let place = try onFiles("cannot look at the repository") { () throws(FileError) in
        try HostPath.nearestExisting(layout.root)
      }
      // An unknown amount of free space is reported as unknown.
      let space = try? FileSystemSpace.at(place)
      return StoreStatus(
        exists: exists, isReadable: exists && PathAccess.isReadableFolder(layout.root),
        isWritable: PathAccess.isWritableFolder(place), freeBytes: space.map { ByteCount($0.freeBytes) },
        location: layout.root)
    }
  }
}
