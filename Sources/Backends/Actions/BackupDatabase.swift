import BackendKit
import Declarations
import RunEvents
import Values

/// Takes a snapshot of a database within a run: a copy of what is there, before something is done to it.
struct BackupDatabase: StepAction {
  static let databaseKey = Key<DatabaseID>.required(
    "database", .name(.database), "the database to take a snapshot of, from its `source`")

  /// The inputs of the action and what it promises.
  static let declaration = KindDeclaration(
    "BackupDatabase",
    summary: "Takes a snapshot of a database within a run.",
    notes: """
      The same as `drplan backup PLAN DATABASE`: a full snapshot of the database's `source`. From then on it is the \
      latest one, also for a RestoreDatabase step with `backup: Latest` that comes after it. A drill leaves the step out unless its `modes` name `drill`.

      Outputs: `snapshot`, `recoveryPoint`, `bytes`, `files`.
      """,
    example: """
      - id: safety-copy
        action: BackupDatabase
        with: {database: orders}
      """,
    shape: Shape("the inputs of BackupDatabase", [databaseKey.erased]))

  private let id: DatabaseID

  /// Made from the inputs of a step.
  init(_ inputs: Record) { id = inputs[Self.databaseKey] }

  /// What it touches.
  var effects: ActionEffects {
    ActionEffects(
      phase: .other, captures: [id], outputs: ["snapshot", "recoveryPoint", "bytes", "files"])
  }

  /// Takes the snapshot.
  func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    let record = try await SnapshotTaking.take(
      of: try context.environment.database(id), into: context.environment.snapshots,
      scratch: context.environment.logDirectory
    ) { progress in
      context.progress(
        StepProgress(
          "backing up \(id)", bytesDone: ByteCount(progress.bytesDone),
          bytesTotal: ByteCount(progress.bytesTotal)))
    }
    try await context.record(
      .note("snapshot \(record.id) of \(id) taken, recovery point \(record.consistentAt)"))
    return StepResult(outputs: [
      "snapshot": record.id.text, "recoveryPoint": record.consistentAt.description,
      "bytes": String(record.logicalBytes.bytes), "files": String(record.files),
    ])
  }

  /// What became of an attempt that was killed.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    .notDone("a snapshot counts once its record is sealed")
  }

  /// Sets back what it changed.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome { .nothingToUndo }

  /// Looks at what a run would need, changing nothing.
  func probe(_ context: StepContext) async -> [ProbeFinding] {
    var findings = [await RepositoryProbe.finding(context.environment.snapshots, toWrite: true)]
    do throws(StepFailure) {
      findings += await (try context.environment.database(id)).source.probe(forRestore: false, needing: nil)
    } catch {
      findings.append(ProbeFinding("database `\(id)`", .blocked, error.message))
    }
    return findings
  }
}
