import BackendKit
import Declarations
import RunEvents
import Values

/// Compares the files of a database with the snapshot they were restored from, byte for byte.
struct ChecksumsCheck: IntegrityCheck {
  static let databaseKey = Key<DatabaseID>.checkedDatabase
  /// How many differences are worth a line.
  private static let shown = 10

  /// The keys of the check and what it proves.
  static let declaration = KindDeclaration(
    "Checksums",
    summary: "Compares the files of a database with the snapshot they were restored from.",
    notes: """
      Reads every file in place and compares names, types, modes, links and the SHA-256 of every block with what was \
      recorded at backup; times and owners are not compared. Needs an engine that leaves its files as restored (Files), \
      and data that no service has changed since.
      """,
    example: "- {type: Checksums, database: attachments}",
    shape: Shape("the check Checksums", [databaseKey.erased]))

  private let id: DatabaseID

  /// The check described by those keys.
  init(_ check: Record) { id = check[Self.databaseKey] }

  /// The database it reads.
  var database: DatabaseID? { id }

  /// Why it cannot read a database of that engine.
  func misfit(with engine: any DatabaseEngine) -> String? {
    engine is any ComparableDatabase
      ? nil
      : "`Checksums` cannot compare `\(id)`: the engine \(type(of: engine).declaration.name) may change its files by "
        + "merely opening them; use `EngineCheck` and `RowCounts`"
  }

  /// Looks once.
  func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome {
    let engine = try context.checked(id)
    guard let comparable = engine as? any ComparableDatabase else {
      throw .misfit(misfit(with: engine) ?? "`Checksums` cannot compare `\(id)`")
    }
    let restored = try context.proven(id, by: "Checksums")
    let summary: ComparisonSummary
    do throws(SnapshotError) {
      summary = try await context.environment.snapshots.compare(
        restored.snapshot, of: id, with: comparable.comparablePath
      ) { progress in
        context.progress(
          StepProgress(
            "comparing \(id)", bytesDone: ByteCount(progress.bytesDone),
            bytesTotal: ByteCount(progress.bytesTotal)))
      }
    } catch {
      throw StepFailure(snapshot: error)
    }
    return CheckOutcome(
      passed: summary.isIdentical,
      expected: "\(summary.record.files) files of \(summary.record.logicalBytes) as in \(restored.snapshot)",
      actual: Self.describe(summary))
  }

  private static func describe(_ summary: ComparisonSummary) -> String {
    guard !summary.isIdentical else { return "\(summary.files) files of \(summary.bytes), all the same" }
    let first = summary.differences.prefix(shown).map(\.description).joined(separator: "; ")
    let more = summary.differenceCount - Int64(min(summary.differences.count, shown))
    return "\(summary.differenceCount) differences: \(first)" + (more > 0 ? "; and \(more) more" : "")
  }
}
