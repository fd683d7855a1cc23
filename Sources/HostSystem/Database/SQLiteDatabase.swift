private import CSQLite
private import Glibc
import Values

/// One connection to a SQLite database file.
///
/// Every call may block on disk and locks: use it within `runBlocking`, by one thread at a time. The
/// connection closes when the value goes. What a damaged or hostile schema brings along (functions in views,
/// triggers) is not trusted.
public struct SQLiteDatabase: ~Copyable {
  /// What may be done with the file.
  public enum Mode: Sendable, Hashable {
    /// Read it while others may write it.
    ///
    /// A database in WAL mode needs a folder we may write.
    case readOnly
    /// Read a file that nobody writes, without locks and without a look at its WAL: for copies we own.
    case immutable
    /// Read and write an existing database.
    case readWrite
    /// The same, making it first (mode 0600) where there is none.
    case create
  }

  /// The file.
  public let path: String
  /// How long a call waits for the locks of others before it fails with `busy`.
  public let busyTimeout: Duration
  /// The connection; open until `deinit`.
  let raw: OpaquePointer
  /// What may stop a call on the connection.
  let limits = SQLiteLimits()

  /// Opens the file.
  ///
  /// A file that is no database is told only by the first query.
  public init(path: String, mode: Mode, busyTimeout: Duration = .seconds(5)) throws(SQLiteError) {
    // SQLite takes an empty name for a private temporary database.
    guard !path.isEmpty else { throw SQLiteError(.cannotOpen, "the path is empty", path: path) }
    if mode == .create { Self.makeFile(path) }
    raw = try Self.connect(path, mode, busyTimeout)
    self.path = path
    self.busyTimeout = busyTimeout
    sqlite3_progress_handler(
      raw, 4000, { context in SQLiteLimits.areExceeded(context) },
      Unmanaged.passUnretained(limits).toOpaque())
  }

  deinit {
    // A statement may still use the connection, not the limits: SQLite then closes with the last statement.
    sqlite3_progress_handler(raw, 0, nil, nil)
    sqlite3_close_v2(raw)
  }

  /// Prepares one statement for repeated use.
  public func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
    try SQLiteStatement(sql, on: raw, limits: limits, path: path)
  }

  /// Runs one statement to its end and gives the number of rows it changed.
  @discardableResult
  public func execute(_ sql: String, _ bindings: [SQLiteValue] = []) throws(SQLiteError) -> Int {
    var statement = try prepare(sql)
    try statement.bind(bindings)
    while try statement.step() {}
    return Int(sqlite3_changes64(raw))
  }

  /// Runs any number of statements, without results, stopping at the first that fails.
  public func executeScript(_ sql: String) throws(SQLiteError) {
    let result = sqlite3_exec(raw, sql, nil, nil, nil)
    guard result == SQLITE_OK else { throw limits.explain(.last(of: raw, result: result, path: path)) }
  }

  /// Runs one statement and gives its rows, at most `limit` of them.
  public func query(
    _ sql: String, _ bindings: [SQLiteValue] = [], limit: Int = .max
  ) throws(SQLiteError) -> [SQLiteRow] {
    var statement = try prepare(sql)
    try statement.bind(bindings)
    var rows: [SQLiteRow] = []
    while rows.count < limit, try statement.step() { rows.append(statement.row) }
    return rows
  }

  /// The first value of the first row; nil without a row.
  public func value(_ sql: String, _ bindings: [SQLiteValue] = []) throws(SQLiteError) -> SQLiteValue? {
    try query(sql, bindings, limit: 1).first?.values.first
  }

  /// Runs `body` in a transaction that takes the write lock at its start, so that it cannot fail for the lock
  /// later; commits when it returns, rolls back when it throws.
  public func transaction<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
    try executeScript("BEGIN IMMEDIATE")
    do throws(SQLiteError) {
      let result = try body()
      try executeScript("COMMIT")
      return result
    } catch {
      // Some failures have rolled back already, and then this one fails; the first error is the one to tell.
      if isInTransaction { try? executeScript("ROLLBACK") }
      throw error
    }
  }

  /// Runs `body` so that its queries fail with `interrupted` after `timeout`, or soon after the flag was
  /// raised.
  ///
  /// The time spent waiting for locks is bounded by `busyTimeout` instead.
  public func limited<Result>(
    to timeout: Duration? = nil, cancellation: CancellationFlag? = nil,
    _ body: () throws(SQLiteError) -> Result
  ) throws(SQLiteError) -> Result {
    let before = limits.set(timeout: timeout, cancellation: cancellation)
    defer { limits.restore(before) }
    return try body()
  }

  /// Whether a transaction is open on this connection.
  public var isInTransaction: Bool { sqlite3_get_autocommit(raw) == 0 }

  private static func connect(
    _ path: String, _ mode: Mode, _ busyTimeout: Duration
  ) throws(SQLiteError) -> OpaquePointer {
    var connection: OpaquePointer?
    let flags = mode.flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    var result = sqlite3_open_v2(mode.address(of: path), &connection, flags, nil)
    if result == SQLITE_OK {
      sqlite3_busy_timeout(connection, Int32(clamping: busyTimeout.nanoseconds / 1_000_000))
      result = sqlite3_exec(
        connection, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON", nil, nil, nil)
    }
    guard result == SQLITE_OK, let connection else {
      let error = SQLiteError.last(of: connection, result: result, path: path)
      sqlite3_close_v2(connection)
      throw error
    }
    return connection
  }

  /// SQLite would make the file readable to everybody.
  ///
  /// If this fails, opening it says why.
  private static func makeFile(_ path: String) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
  }
}

extension SQLiteDatabase.Mode {
  fileprivate var flags: Int32 {
    switch self {
    case .readOnly, .immutable: SQLITE_OPEN_READONLY
    case .readWrite, .create: SQLITE_OPEN_READWRITE
    }
  }

  /// The path as the URI that SQLite opens, so that no character of a path has a meaning of its own.
  fileprivate func address(of path: String) -> String {
    var address = path.hasPrefix("/") ? "file://" : "file:"
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"):
        address.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        address += (byte < 16 ? "%0" : "%") + String(byte, radix: 16)
      }
    }
    return self == .immutable ? address + "?immutable=1" : address
  }
}
