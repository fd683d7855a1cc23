/// How many rows a table holds.
public struct SQLiteTableCount: Sendable, Hashable, Codable {
  /// The name of the table.
  public let table: String
  /// Its rows.
  public let rows: Int64
}

extension SQLiteDatabase {
  /// What tells the application that owns the file: `PRAGMA application_id`.
  public var applicationID: Int32 {
    get throws(SQLiteError) { Int32(truncatingIfNeeded: try pragma("application_id")) }
  }

  /// The version that the application gives its schema: `PRAGMA user_version`.
  public var userVersion: Int32 {
    get throws(SQLiteError) { Int32(truncatingIfNeeded: try pragma("user_version")) }
  }

  /// Bytes of a page.
  public var pageSize: Int { get throws(SQLiteError) { Int(try pragma("page_size")) } }

  /// Pages of the file, unused ones included.
  public var pageCount: Int { get throws(SQLiteError) { Int(try pragma("page_count")) } }

  /// The names of the tables of the application, ascending: without SQLite's own, views and virtual tables.
  public var userTables: [String] {
    get throws(SQLiteError) {
      let rows = try query(
        """
        SELECT name FROM sqlite_schema
        WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'
        """)
      return rows.compactMap(\.values.first?.text).sorted()
    }
  }

  /// The rows of every table of the application, ascending by name, all from one state.
  public var tableRowCounts: [SQLiteTableCount] {
    get throws(SQLiteError) {
      let opened = !isInTransaction
      if opened { try executeScript("BEGIN") }
      // The transaction only kept the state still: how it ends changes nothing.
      defer { if opened { try? executeScript("ROLLBACK") } }
      var counts: [SQLiteTableCount] = []
      for table in try userTables {
        let rows = try value("SELECT count(*) FROM main.\(Self.quoted(table))")?.integer ?? 0
        counts.append(SQLiteTableCount(table: table, rows: rows))
      }
      return counts
    }
  }

  /// A name as SQL writes it, whatever characters it holds.
  public static func quoted(_ name: String) -> String {
    var text = "\""
    for character in name.unicodeScalars {
      text.unicodeScalars.append(character)
      if character == "\"" { text.unicodeScalars.append(character) }
    }
    return text + "\""
  }

  private func pragma(_ name: String) throws(SQLiteError) -> Int64 {
    try value("PRAGMA main.\(name)")?.integer ?? 0
  }
}
