import CSQLite

/// One compiled statement; keeps its connection open as long as it lives.
struct SQLiteStatement: ~Copyable {
  private let handle: OpaquePointer
  private let connection: SQLiteConnection

  init(handle: OpaquePointer, connection: SQLiteConnection) {
    self.handle = handle
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  /// Sets the parameter; the first is 1.
  func bind(_ value: Int64, at index: Int32) throws(SQLiteError) {
    try check(sqlite3_bind_int64(handle, index, value))
  }

  /// Sets the parameter to a copy of the text.
  func bind(_ value: String, at index: Int32) throws(SQLiteError) {
    var value = value
    let code = value.withUTF8 { bytes in
      // SQLITE_TRANSIENT is a cast in C, which Swift does not import: -1 asks SQLite to copy.
      let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      return bytes.withMemoryRebound(to: CChar.self) {
        sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), copy)
      }
    }
    try check(code)
  }

  /// Moves to the next row; false when there is none.
  func step() throws(SQLiteError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw connection.failure(code)
    }
  }

  /// Runs a statement without rows once and makes it ready for the next binding.
  func run() throws(SQLiteError) {
    _ = try step()
    try check(sqlite3_reset(handle))
  }

  /// The column of the row that `step` moved to; the first is 0.
  func integer(at column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  /// The column as text, nil for NULL.
  func text(at column: Int32) -> String? {
    sqlite3_column_text(handle, column).map { String(cString: $0) }
  }

  private func check(_ code: Int32) throws(SQLiteError) {
    guard code == SQLITE_OK else { throw connection.failure(code) }
  }
}
