import BackendKit
import Declarations
import HostSystem
import RunEvents
import Values

/// Restores a database from a snapshot: staged beside the live data, proven there, swapped in.
struct RestoreDatabase: StepAction {
  static let databaseKey = Key<DatabaseID>.required("database", .name(.database), "the database to restore")
  static let backupKey = Key<RecoveryPoint>.optional(
    "backup", .recoveryPoint, default: .latest, shownAs: "Latest",
    "which snapshot: `Latest`, the newest that was complete at an instant, or one by its id")

  /// The inputs of the action and what it promises.
  static let declaration = KindDeclaration(
    "RestoreDatabase",
    summary: "Restores a database from a snapshot.",
    notes: """
      The snapshot is restored beside the live data, every block is verified against its digest and the engine's own \
      check runs there, before anything live is touched. Then it takes the place of the live data in one step, and \
      what stood there is kept beside it until `drplan commit` removes it; the run says where. `drplan rollback` puts it \
      back and keeps what the restore had put there. Owners are restored only by root: \
      without, the run notes how many files and folders belong to another user than they did. A place that is, holds or \
      lies in that of another database of the plan is refused, with symbolic links followed. A failure before that step leaves the live data as it was. Running the step again restores again.

      Outputs: `snapshot`, `recoveryPoint`, `bytes`, `files`, and `kept` (the path of what stood there before) if \
      anything did.
      """,
    example: """
      - id: restore-orders
        action: RestoreDatabase
        with: {database: orders, backup: Latest}
      """,
    shape: Shape(
      "the inputs of RestoreDatabase", [databaseKey.erased, backupKey.erased],
      synonyms: ["snapshot": "backup", "recoveryPoint": "backup", "from": "backup"]))

  let id: DatabaseID
  private let point: RecoveryPoint

  /// Made from the inputs of a step.
  init(_ inputs: Record) {
    id = inputs[Self.databaseKey]
    point = inputs[Self.backupKey]
  }

  /// What it touches.
  var effects: ActionEffects {
    ActionEffects(
      phase: .restore, restores: [id], outputs: ["snapshot", "recoveryPoint", "bytes", "files", "kept"])
  }

  /// Restores, with each decision on record before its effect.
  func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    let binding = try context.environment.database(id)
    if let problem = try await overlap(context) {
      throw StepFailure(
        .targetUnusable, problem, remedy: "give each database a place of its own", isRetryable: false)
    }
    let record = try await choose(binding, context)
    var restored = RestoredDatabase(
      database: id, snapshot: record.id, consistentAt: record.consistentAt, bytes: record.logicalBytes,
      files: Int(record.files), verified: false)
    try await context.record(.snapshotChosen(restored))
    try await announceNewFolder(binding.target, context)
    let restoration = binding.target.restoration
    let staging: String
    do throws(StepFailure) {
      staging = try await restoration.begin(
        run: context.run.id, database: id, needing: record.allocatedBytes)
    } catch {
      await Self.recordNotes(of: restoration, context)
      throw error
    }
    let published: Publication
    do throws(StepFailure) {
      for note in await restoration.takeNotes() { try await context.record(.note(note)) }
      published = try await stageAndPublish(record, restoration, staging, context)
    } catch {
      await Self.recordNotes(of: restoration, context)
      await restoration.abandon(staging)
      throw error
    }
    restored.verified = true
    try await context.record(.restored(restored))
    try await context.record(.published(published))
    for note in await restoration.takeNotes() { try await context.record(.note(note)) }
    return StepResult(outputs: Self.outputs(restored, published))
  }

  private func stageAndPublish(
    _ record: SnapshotRecord, _ restoration: any Restoration, _ staging: String, _ context: StepContext
  ) async throws(StepFailure) -> Publication {
    let summary: RestoreSummary
    do throws(SnapshotError) {
      summary = try await context.environment.snapshots.restore(record.id, of: id, into: staging) {
        progress in
        context.progress(
          StepProgress(
            "restoring \(id)", bytesDone: ByteCount(progress.bytesDone),
            bytesTotal: ByteCount(progress.bytesTotal)))
      }
    } catch {
      throw StepFailure(snapshot: error)
    }
    if let note = Self.ownersNote(summary.ownersNotSet, of: id) { try await context.record(.note(note)) }
    let item = try await StagedItem.path(in: staging, of: record)
    context.progress(StepProgress("checking \(id)"))
    let findings = try await restoration.checkStaged(item)
    guard findings.isEmpty else {
      throw StepFailure(
        .engineCheckFailed,
        "the snapshot \(record.id) of `\(id)` is as it was backed up, but its engine finds fault with it: "
          + findings.prefix(5).joined(separator: "; "),
        remedy:
          "nothing live was touched; choose an older snapshot with `backup:`, see `drplan snapshots list`",
        isRetryable: false)
    }
    let planned = try await restoration.plannedPublication(item, run: context.run.id, database: id)
    guard !Task.isCancelled else { throw .cancelled("the restore of `\(id)`") }
    try await context.record(.publishing(planned))
    context.progress(StepProgress("publishing \(id)"))
    return try await restoration.publish(planned)
  }

  static func recordNotes(
    of restoration: any Restoration, _ context: StepContext
  ) async {
    // A journal that cannot be written stops the run by itself; the failure in hand is the one to tell.
    for note in await restoration.takeNotes() { try? await context.record(.note(note)) }
  }

  /// The snapshot asked for; damaged records go on record, because one of them may have been newer.
  private func choose(
    _ binding: DatabaseBinding, _ context: StepContext
  ) async throws(StepFailure) -> SnapshotRecord {
    let choice = try await SnapshotChoice(of: id, at: point, in: context.environment.snapshots)
    if let note = choice.damageNote { try await context.record(.note(note)) }
    guard let record = choice.record else { throw choice.missing }
    guard record.engine == binding.engineName else {
      throw StepFailure(
        .targetUnusable,
        "the snapshot \(record.id) of `\(id)` was taken by the engine \(record.engine), and the plan says "
          + binding.engineName,
        remedy: "correct `engine` in the plan, or give the database another name", isRetryable: false)
    }
    return record
  }

  /// That data has other owners now than it had, which services may not be able to read; nil when it has not.
  static func ownersNote(_ count: Int64, of id: DatabaseID) -> String? {
    guard count > 0 else { return nil }
    return
      "the owners of \(count == 1 ? "1 file or folder" : "\(count) files and folders") of `\(id)` could not be set, "
      + "which only root can: what was another user's is `\(HostFacts.userName)`'s now, so see to it that services can "
      + "use it"
  }

  /// Why this restore would overwrite another database of the plan.
  private func overlap(_ context: StepContext) async throws(StepFailure) -> String? {
    let (id, environment) = (id, context.environment)
    return try await runBlocking { () throws(StepFailure) in
      if let problem = try PlaceOverlap.problem(of: id, among: environment.databases) { return problem }
      guard let path = environment.databases[id]?.target.path else { return nil }
      return try DrillPlaces(offLimits: environment.offLimits).problem(of: path)
    }
  }

  private func announceNewFolder(
    _ target: any DatabaseEngine, _ context: StepContext
  ) async throws(StepFailure) {
    guard let path = target.path else { return }
    let missing = try await runBlocking { () throws(StepFailure) in
      let place = try RestorePlace.resolve(path)
      return place.folderExists ? nil : place.folder
    }
    guard let missing else { return }
    try await context.record(.note("the folder `\(missing)` is missing and is made with mode 0755"))
  }

  static func outputs(_ restored: RestoredDatabase, _ published: Publication) -> [String: String] {
    var outputs = [
      "snapshot": restored.snapshot.text, "recoveryPoint": restored.consistentAt.description,
      "bytes": String(restored.bytes.bytes), "files": String(restored.files),
    ]
    if let kept = published.kept { outputs["kept"] = kept }
    return outputs
  }

  /// Looks at what a run would need, changing nothing.
  func probe(_ context: StepContext) async -> [ProbeFinding] {
    var findings = [await RepositoryProbe.finding(context.environment.snapshots, toWrite: false)]
    do throws(StepFailure) {
      let binding = try context.environment.database(id)
      let choice = try await SnapshotChoice(of: id, at: point, in: context.environment.snapshots)
      findings.append(choice.finding(disruptedAt: context.run.disruptedAt, rpo: context.run.rpo))
      if let note = choice.damageNote { findings.append(ProbeFinding("damaged snapshots", .checked, note)) }
      if !HostFacts.isRoot {
        findings.append(
          ProbeFinding(
            "owners of `\(id)`", .notCheckable,
            "without root, what another user owned would belong to `\(HostFacts.userName)` after the restore")
        )
      }
      if let problem = try await overlap(context) {
        findings.append(ProbeFinding("place of `\(id)`", .blocked, problem))
      }
      findings += await binding.target.probe(forRestore: true, needing: choice.record?.allocatedBytes)
    } catch {
      findings.append(ProbeFinding("snapshot of `\(id)`", .blocked, error.message))
    }
    return findings
  }
}

extension StepFailure.Code {
  /// The engine's own check found fault with restored data before it was published.
  static let engineCheckFailed = StepFailure.Code(rawValue: "EngineCheckFailed")
  /// There is no snapshot as asked for.
  static let snapshotMissing = StepFailure.Code(rawValue: "SnapshotMissing")
}
