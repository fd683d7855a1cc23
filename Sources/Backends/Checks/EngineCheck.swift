import BackendKit
import Declarations
import Values

/// Asks a database's own engine whether the data is sound.
struct EngineCheck: IntegrityCheck {
  static let databaseKey = Key<DatabaseID>.checkedDatabase

  /// The keys of the check and what it proves.
  static let declaration = KindDeclaration(
    "EngineCheck",
    summary: "Asks the database's own engine whether the data is sound.",
    notes: """
      For SQLite `integrity_check` and `foreign_key_check` of the whole file; for Files that the data is there and can \
      be read. It proves that the data hangs together, not that it is the right data: add RowCounts, Checksums or Query.
      """,
    example: "- {type: EngineCheck, database: orders}",
    shape: Shape("the check EngineCheck", [databaseKey.erased]))

  private let id: DatabaseID

  /// The check described by those keys.
  init(_ check: Record) { id = check[Self.databaseKey] }

  /// The database it reads.
  var database: DatabaseID? { id }

  /// Nothing: it fits every engine.
  func misfit(with engine: any DatabaseEngine) -> String? { nil }

  /// Looks once.
  func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome {
    let findings = try await context.checked(id).check()
    return CheckOutcome(
      passed: findings.isEmpty, expected: "no findings of the engine",
      actual: findings.isEmpty ? "no findings" : findings.joined(separator: "; "))
  }
}
