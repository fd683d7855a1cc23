private import CSQLite

extension SQLiteDatabase {
  /// Asks one question that somebody else wrote, and gives at most `limit` rows of its answer.
  ///
  /// Refuses with `notAllowed` what is no question, whatever the connection may do: a statement that gives no columns
  /// (a misspelled pragma, `BEGIN`), that writes, opens or makes other files (`ATTACH`, `VACUUM INTO`), changes the
  /// connection or only explains itself.
  public func ask(_ sql: String, limit: Int = .max) throws(SQLiteError) -> [SQLiteRow] {
    // Stays while the statement runs: some do their work through statements of their own.
    sqlite3_set_authorizer(
      raw, { _, action, first, second, _, _ in SQLiteQuestion.allows(action, first, second) }, nil)
    defer { sqlite3_set_authorizer(raw, nil, nil) }
    var statement = try prepare(sql)
    guard !statement.columns.isEmpty else {
      throw SQLiteError(.notAllowed, "the statement gives no rows, so it answers nothing", path: path)
    }
    guard statement.isReadOnly else {
      throw SQLiteError(.notAllowed, "the statement would write", path: path)
    }
    guard !statement.isExplanation else {
      throw SQLiteError(.notAllowed, "the statement explains itself and is not run", path: path)
    }
    try statement.bind([])
    var rows: [SQLiteRow] = []
    while rows.count < limit, try statement.step() { rows.append(statement.row) }
    return rows
  }
}

/// What a question may be made of.
private enum SQLiteQuestion {
  /// Pragmas that look at what their argument names.
  private static let lookingPragmas: Set<String> = [
    "integrity_check", "quick_check", "foreign_key_check", "foreign_key_list", "table_info", "table_xinfo",
    "table_list", "index_list", "index_info", "index_xinfo",
  ]
  /// Pragmas that tell something when they have no argument, and change it when they have one.
  private static let tellingPragmas: Set<String> = [
    "application_id", "auto_vacuum", "collation_list", "compile_options", "data_version", "database_list",
    "encoding", "freelist_count", "function_list", "journal_mode", "module_list", "page_count", "page_size",
    "pragma_list", "schema_version", "user_version",
  ]

  /// The answer to SQLite's question whether a part of a statement may be.
  static func allows(
    _ action: Int32, _ first: UnsafePointer<CChar>?, _ second: UnsafePointer<CChar>?
  ) -> Int32 {
    switch action {
    case SQLITE_ATTACH, SQLITE_DETACH, SQLITE_TRANSACTION, SQLITE_SAVEPOINT, SQLITE_REINDEX, SQLITE_ANALYZE:
      return SQLITE_DENY
    case SQLITE_PRAGMA:
      guard let first else { return SQLITE_DENY }
      let name = String(cString: first).lowercased()
      let isAllowed = lookingPragmas.contains(name) || (second == nil && tellingPragmas.contains(name))
      return isAllowed ? SQLITE_OK : SQLITE_DENY
    case SQLITE_FUNCTION:
      guard let second else { return SQLITE_OK }
      return String(cString: second).lowercased() == "load_extension" ? SQLITE_DENY : SQLITE_OK
    default:
      // Virtual tables prepare statements that write without running them; what runs is judged as a whole.
      return SQLITE_OK
    }
  }
}
