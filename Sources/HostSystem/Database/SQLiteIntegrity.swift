/// A row whose reference leads nowhere.
public struct SQLiteForeignKeyViolation: Sendable, Hashable {
  /// The table that holds the row.
  public let table: String
  /// The number of the row; nil in a table without such numbers.
  public let row: Int64?
  /// The table it refers to.
  public let parent: String
}

/// How thoroughly a database is checked.
public enum SQLiteCheckDepth: Sendable, Hashable {
  /// Every page and record.
  case quick
  /// The same, and that every index agrees with its table: reads the database several times.
  case full
}

extension SQLiteDatabase {
  /// Checks the file and gives what is wrong with it, at most `limit` findings; empty when it is sound.
  ///
  /// A file so damaged that SQLite refuses it is a finding too. Throws only when the check itself could not
  /// be done: locks, limits, a disk that does not read.
  public func integrityFindings(_ depth: SQLiteCheckDepth, limit: Int = 100) throws(SQLiteError) -> [String] {
    let pragma = depth == .full ? "integrity_check" : "quick_check"
    do throws(SQLiteError) {
      let lines = try query("PRAGMA main.\(pragma)(\(max(1, limit)))").compactMap(\.values.first?.text)
      // SQLite says at least one line: without any there was no check.
      guard !lines.isEmpty else { return ["`\(pragma)` gave no answer"] }
      return lines.filter { $0 != "ok" }
    } catch  where error.code.primary == .corrupt || error.code.primary == .notADatabase {
      return [error.message]
    }
  }

  /// The rows whose foreign keys lead nowhere, at most `limit`.
  public func foreignKeyViolations(limit: Int = 100) throws(SQLiteError) -> [SQLiteForeignKeyViolation] {
    try query("PRAGMA main.foreign_key_check", limit: limit).map { row in
      SQLiteForeignKeyViolation(
        table: row[0].text ?? "", row: row[1].integer, parent: row[2].text ?? "")
    }
  }
}
