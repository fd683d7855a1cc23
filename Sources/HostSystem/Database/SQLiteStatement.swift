private import CSQLite

/// One prepared statement: bind, step through its rows, reset, again.
///
/// Belongs to the thread that uses its connection. Finalised when the value goes.
public struct SQLiteStatement: ~Copyable {
  private let raw: OpaquePointer
  private let limits: SQLiteLimits
  private let path: String
  /// The names of the result's columns; empty for a statement without result.
  public let columns: [String]

  init(_ sql: String, on connection: OpaquePointer, limits: SQLiteLimits, path: String) throws(SQLiteError) {
    var statement: OpaquePointer?
    var text = sql
    let (result, isAlone) = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        var rest: UnsafePointer<CChar>?
        let result = sqlite3_prepare_v2(
          connection, characters.baseAddress, Int32(clamping: characters.count), &statement, &rest)
        guard result == SQLITE_OK, let start = characters.baseAddress, let rest else { return (result, true) }
        let left = Int32(clamping: characters.count - (rest - start))
        return (result, Self.isEmpty(rest, left, on: connection))
      }
    }
    guard result == SQLITE_OK else {
      throw limits.explain(.last(of: connection, result: result, path: path))
    }
    guard let statement else { throw SQLiteError(.generic, "the statement is empty", path: path) }
    guard isAlone else {
      sqlite3_finalize(statement)
      throw SQLiteError(.generic, "there is more than one statement", path: path)
    }
    raw = statement
    self.limits = limits
    self.path = path
    columns = (0..<sqlite3_column_count(statement)).map { index in
      sqlite3_column_name(statement, index).map { String(cString: $0) } ?? ""
    }
  }

  deinit { sqlite3_finalize(raw) }

  /// Whether it changes no database file, by SQLite's own reading.
  var isReadOnly: Bool { sqlite3_stmt_readonly(raw) != 0 }

  /// Whether it is an `EXPLAIN`.
  var isExplanation: Bool { sqlite3_stmt_isexplain(raw) != 0 }

  /// Resets the statement and gives its parameters their values, the first to `?1`.
  public mutating func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
    sqlite3_reset(raw)
    let expected = Int(sqlite3_bind_parameter_count(raw))
    guard values.count == expected else {
      throw SQLiteError(
        .generic, "the statement has \(expected) parameters and was given \(values.count)", path: path)
    }
    for (index, value) in zip(1..., values) {
      let result = bind(value, at: Int32(index))
      guard result == SQLITE_OK else { throw failure(result) }
    }
  }

  /// Runs on to the next row; false after the last one.
  public mutating func step() throws(SQLiteError) -> Bool {
    switch sqlite3_step(raw) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let result:
      let error = failure(result)
      sqlite3_reset(raw)
      throw error
    }
  }

  /// Runs the statement with these values to its end, without a look at rows, and makes it ready for the next
  /// time.
  public mutating func run(_ values: [SQLiteValue] = []) throws(SQLiteError) {
    try bind(values)
    while try step() {}
    sqlite3_reset(raw)
  }

  /// The row that `step` has reached.
  public var row: SQLiteRow { SQLiteRow(columns: columns, values: columns.indices.map { value(at: $0) }) }

  /// One value of the row that `step` has reached.
  public func value(at index: Int) -> SQLiteValue {
    let index = Int32(index)
    switch sqlite3_column_type(raw, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(raw, index))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(raw, index))
    case SQLITE_TEXT:
      guard let bytes = sqlite3_column_text(raw, index) else { return .text("") }
      let count = Int(sqlite3_column_bytes(raw, index))
      return .text(String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self))
    case SQLITE_BLOB:
      guard let bytes = sqlite3_column_blob(raw, index) else { return .blob([]) }
      let count = Int(sqlite3_column_bytes(raw, index))
      return .blob(Array(UnsafeRawBufferPointer(start: bytes, count: count)))
    default: return .null
    }
  }

  private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
    // SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: return sqlite3_bind_null(raw, index)
    case .integer(let number): return sqlite3_bind_int64(raw, index, number)
    case .real(let number): return sqlite3_bind_double(raw, index, number)
    case .text(let text):
      return sqlite3_bind_text(raw, index, text, Int32(clamping: text.utf8.count), transient)
    case .blob(let bytes) where bytes.isEmpty: return sqlite3_bind_zeroblob(raw, index, 0)
    case .blob(let bytes):
      return sqlite3_bind_blob(raw, index, bytes, Int32(clamping: bytes.count), transient)
    }
  }

  private func failure(_ result: Int32) -> SQLiteError {
    limits.explain(.last(of: sqlite3_db_handle(raw), result: result, path: path))
  }

  /// Whether nothing but blanks and comments follows, by SQLite's own reading.
  private static func isEmpty(_ rest: UnsafePointer<CChar>, _ count: Int32, on connection: OpaquePointer)
    -> Bool
  {
    var next: OpaquePointer?
    let result = sqlite3_prepare_v2(connection, rest, count, &next, nil)
    sqlite3_finalize(next)
    return result == SQLITE_OK && next == nil
  }
}
