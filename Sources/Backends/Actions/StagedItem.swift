import BackendKit
import HostSystem

/// What a repository restored, told apart from where it put it.
enum StagedItem {
  /// The staging folder itself for a snapshot of a folder; the one file in it for a snapshot of a single file.
  ///
  /// Only the record tells: a folder may hold a single file too.
  static func path(in staging: String, of record: SnapshotRecord) async throws(StepFailure) -> String {
    guard record.directories == 0 else { return staging }
    let names = try await runBlocking { () throws(StepFailure) in
      try files("looking at what was restored") { () throws(FileError) in try HostPath.names(in: staging) }
    }
    guard names.count == 1, let name = names.first else {
      throw StepFailure(
        .damaged, "the snapshot \(record.id) says it is a single file and holds \(names.count)",
        isRetryable: false)
    }
    return staging + "/" + name
  }
}
