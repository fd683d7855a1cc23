public import BackendKit
import HostSystem
import Values

/// Takes a snapshot of a database: captured by its engine, kept by the repository.
///
/// One function for the step BackupDatabase and for the command that takes backups, so that both take the same.
public enum SnapshotTaking {
  /// The record of a complete and durable snapshot of the database's source.
  ///
  /// - Parameters:
  ///   - scratch: a folder, made if missing, with room for a copy of the data; what is put there is removed again.
  public static func take(
    of database: DatabaseBinding, into store: any SnapshotStore, scratch: String,
    progress: @escaping ProgressHandler
  ) async throws(StepFailure) -> SnapshotRecord {
    let startedAt = HostClock().now
    let folder = scratch + "/capture-" + RandomBytes.hex(8)
    try await runBlocking { () throws(StepFailure) in
      try files("making a folder for the copy of `\(database.id)`") { () throws(FileError) in
        // For its owner alone: what is copied into it may be secret.
        try FileTree.makeDirectories(scratch)
        let root = BeneathRoot(try FileDescriptor.directory(scratch), path: scratch)
        try root.makeDirectory(Array(folder.dropFirst(scratch.count + 1).utf8))
      }
    }
    let outcome: Result<SnapshotRecord, StepFailure>
    do throws(StepFailure) {
      let record = try await captureAndKeep(database, store, folder, startedAt, progress)
      outcome = .success(record)
    } catch {
      outcome = .failure(error)
    }
    // The snapshot stands or the failure does; a copy left in scratch changes neither.
    await runBlocking { try? FileTree.remove(folder) }
    return try outcome.get()
  }

  private static func captureAndKeep(
    _ database: DatabaseBinding, _ store: any SnapshotStore, _ folder: String, _ startedAt: Timestamp,
    _ progress: @escaping ProgressHandler
  ) async throws(StepFailure) -> SnapshotRecord {
    let captured = try await database.source.capture(in: folder)
    // A copy rests from now on; data in use is read until the repository says so.
    let latestAt = captured.path.hasPrefix(folder + "/") ? HostClock().now : nil
    let source = SnapshotSource(
      database: database.id, engine: database.engineName, root: captured.path, startedAt: startedAt,
      consistentAt: captured.consistentAt, latestAt: latestAt,
      facts: SnapshotFacts(rowCounts: captured.rowCounts ?? [:], identity: captured.identity))
    do throws(SnapshotError) {
      return try await store.backUp(source, progress: progress)
    } catch {
      throw StepFailure(snapshot: error)
    }
  }
}
