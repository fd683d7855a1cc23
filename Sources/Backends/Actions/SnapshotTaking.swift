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
  ///   - scratch: a folder, made if missing, with room for a copy of the data; what is put there is removed again,
  ///     and so is what backups that were killed left there.
  public static func take(
    of database: DatabaseBinding, into store: any SnapshotStore, scratch: String,
    progress: @escaping ProgressHandler
  ) async throws(StepFailure) -> SnapshotRecord {
    let startedAt = HostClock().now
    let folder = try await runBlocking { () throws(StepFailure) in
      try files("making a folder for the copy of `\(database.id)`") { () throws(FileError) in
        try CaptureFolder(in: scratch)
      }
    }
    let outcome: Result<SnapshotRecord, StepFailure>
    do throws(StepFailure) {
      let record = try await captureAndKeep(database, store, folder.path, startedAt, progress)
      outcome = .success(record)
    } catch {
      outcome = .failure(error)
    }
    // The snapshot stands or the failure does; a copy left in scratch changes neither, and the next backup removes it.
    await runBlocking { try? folder.remove() }
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
