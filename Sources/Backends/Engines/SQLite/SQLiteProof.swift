import BackendKit
import HostSystem

/// SQLite's own check of a database file.
struct SQLiteProof: Sendable {
  /// Whether references that lead nowhere count.
  let checksForeignKeys: Bool

  /// What is wrong with the file, at most some dozens of lines; empty when all is well.
  func findings(
    in file: String, mode: SQLiteDatabase.Mode, _ flag: CancellationFlag
  ) throws(StepFailure) -> [String] {
    do throws(SQLiteError) {
      let database = try SQLiteDatabase(path: file, mode: mode)
      return try database.limited(cancellation: flag) { () throws(SQLiteError) in
        let damage = try database.integrityFindings(.full, limit: 20)
        // In a damaged file references mean nothing.
        guard damage.isEmpty, checksForeignKeys else { return damage.map { "integrity_check: \($0)" } }
        return try database.foreignKeyViolations(limit: 20).map { violation in
          let row = violation.row.map { "row \($0)" } ?? "a row"
          return
            "foreign_key_check: \(row) of `\(violation.table)` refers to nothing in `\(violation.parent)`"
        }
      }
    } catch {
      throw StepFailure(sqlite: error, doing: "checking `\(file)`")
    }
  }
}
