import BackendKit
import Declarations
import Values

/// Counts the rows of every table and compares them with what was counted when the snapshot was taken.
struct RowCountsCheck: IntegrityCheck {
  static let databaseKey = Key<DatabaseID>.checkedDatabase
  static let toleranceKey = Key<Double>.optional(
    "tolerance", .percentage, default: 0, shownAs: "0%",
    "by how much of the recorded count a table may differ, up or down")
  static let tablesKey = Key<[String]?>.optional(
    "tables", ValueType<String>.text.list(atLeast: 1), "only these tables (default: every recorded table)")

  /// The keys of the check and what it proves.
  static let declaration = KindDeclaration(
    "RowCounts",
    summary: "Compares the rows of every table with what was counted at backup.",
    notes: """
      Compares with the snapshot that this run restored. A recorded table that is missing differs; a table that the \
      snapshot does not know is not looked at. A tolerance is rounded down to whole rows, so `0%` means exactly equal; \
      give one where services write before the check runs.
      """,
    example: "- {type: RowCounts, database: orders, tolerance: 0%}",
    shape: Shape("the check RowCounts", [databaseKey.erased, toleranceKey.erased, tablesKey.erased]))

  private let id: DatabaseID
  private let tolerance: Double
  private let tables: [String]?

  /// The check described by those keys.
  init(_ check: Record) {
    id = check[Self.databaseKey]
    tolerance = check[Self.toleranceKey]
    tables = check[Self.tablesKey]
  }

  /// The database it reads.
  var database: DatabaseID? { id }

  /// Why it cannot read a database of that engine.
  func misfit(with engine: any DatabaseEngine) -> String? {
    engine is any QueryableDatabase
      ? nil
      : "`RowCounts` cannot count in `\(id)`: the engine \(type(of: engine).declaration.name) has no tables; "
        + "use `Checksums`"
  }

  /// Looks once.
  func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome {
    let engine = try context.checked(id)
    guard let queryable = engine as? any QueryableDatabase else {
      throw .misfit(misfit(with: engine) ?? "`RowCounts` cannot count in `\(id)`")
    }
    let record = try await context.provenRecord(id, by: "RowCounts")
    let expected = try chosen(record)
    return compare(expected, with: try await queryable.rowCounts())
  }

  /// The recorded counts to compare; without any nothing would be proven.
  private func chosen(_ record: SnapshotRecord) throws(StepFailure) -> [String: Int64] {
    let recorded = record.facts.rowCounts
    let unknown = (tables ?? []).filter { recorded[$0] == nil }
    guard unknown.isEmpty, !recorded.isEmpty else {
      let list = unknown.map { "`\($0)`" }.joined(separator: ", ")
      throw StepFailure(
        .checkMisfit,
        recorded.isEmpty
          ? "the snapshot \(record.id) has no row counts"
          : "the snapshot \(record.id) has no count of \(list)",
        isRetryable: false)
    }
    guard let tables else { return recorded }
    return recorded.filter { tables.contains($0.key) }
  }

  /// Whether every expected table has as many rows as it should, within the tolerance.
  func compare(_ expected: [String: Int64], with actual: [String: Int64]) -> CheckOutcome {
    var differences: [String] = []
    for (table, count) in expected.sorted(by: { $0.key < $1.key }) {
      let allowed = Int64((Double(count) * tolerance).rounded(.down))
      guard let found = actual[table] else {
        differences.append("`\(table)` is missing instead of having \(count)")
        continue
      }
      if abs(found - count) > allowed { differences.append("`\(table)` has \(found) instead of \(count)") }
    }
    let rows = expected.values.reduce(0, +)
    let within = tolerance == 0 ? "" : ", within \(PercentText.of(tolerance))"
    return CheckOutcome(
      passed: differences.isEmpty, expected: "\(rows) rows in \(expected.count) tables\(within)",
      actual: differences.isEmpty
        ? "\(expected.keys.reduce(0) { $0 + (actual[$1] ?? 0) }) rows" : differences.joined(separator: "; "))
  }
}

/// Percentages for people.
private enum PercentText {
  static func of(_ fraction: Double) -> String {
    let hundredths = Int((fraction * 10_000).rounded())
    return hundredths % 100 == 0 ? "\(hundredths / 100)%" : "\(Double(hundredths) / 100)%"
  }
}
