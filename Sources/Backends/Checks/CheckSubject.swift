import BackendKit
import Declarations
import RunEvents
import Values

extension StepFailure.Code {
  /// A check does not fit what it is asked of.
  static let checkMisfit = StepFailure.Code(rawValue: "CheckMisfit")
  /// The run has restored nothing that a check could prove.
  static let nothingRestored = StepFailure.Code(rawValue: "NothingRestored")
}

extension Key where Value == DatabaseID {
  /// The database that a check reads.
  static var checkedDatabase: Key<DatabaseID> {
    .required("database", .name(.database), "the database to look at")
  }
}

extension StepContext {
  /// The place that a check of `database` reads: where this run restores to.
  func checked(_ database: DatabaseID) throws(StepFailure) -> any DatabaseEngine {
    try environment.database(database).target
  }

  /// What this run restored to a database; a failure when it restored nothing there, for then nothing can be proven.
  func proven(_ database: DatabaseID, by check: String) throws(StepFailure) -> RestoredDatabase {
    guard let restored = restored[database] else {
      throw StepFailure(
        .nothingRestored,
        "`\(check)` compares with the restored snapshot, and this run has not restored `\(database)`",
        remedy: "let the step need a RestoreDatabase step of `\(database)`", isRetryable: false)
    }
    return restored
  }

  /// The record of the snapshot that this run restored to a database.
  func provenRecord(_ database: DatabaseID, by check: String) async throws(StepFailure) -> SnapshotRecord {
    let restored = try proven(database, by: check)
    do throws(SnapshotError) {
      let listing = try await environment.snapshots.snapshots(of: database)
      if let record = listing.snapshot(of: database, at: .snapshot(restored.snapshot)) { return record }
    } catch {
      throw StepFailure(snapshot: error)
    }
    throw StepFailure(
      .snapshotMissing, "the restored snapshot \(restored.snapshot) is not in the repository any more",
      isRetryable: false)
  }
}

extension StepFailure {
  /// A check that cannot read the database it is asked to.
  static func misfit(_ reason: String) -> StepFailure {
    StepFailure(.checkMisfit, reason, remedy: "run `drplan validate` on the plan", isRetryable: false)
  }
}
