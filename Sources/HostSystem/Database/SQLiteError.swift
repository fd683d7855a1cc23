private import CSQLite

/// What SQLite refused to do, and to which file.
public struct SQLiteError: Error, Sendable, CustomStringConvertible {
  /// A result code of SQLite, extended where it has more to say: `SQLITE_IOERR_FSYNC`.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The number, as `sqlite3.h` defines it.
    public let rawValue: Int32

    /// The code of that number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The general code behind an extended one.
    public var primary: Code { Code(rawValue: rawValue & 0xff) }

    /// A defect in the SQL or in how it was used.
    public static let generic = Code(rawValue: SQLITE_ERROR)
    /// Another connection holds a lock, for longer than we wait.
    public static let busy = Code(rawValue: SQLITE_BUSY)
    /// This connection holds a lock in its own way.
    public static let locked = Code(rawValue: SQLITE_LOCKED)
    /// The database cannot be written.
    public static let readOnly = Code(rawValue: SQLITE_READONLY)
    /// Stopped by a time limit or a cancellation.
    public static let interrupted = Code(rawValue: SQLITE_INTERRUPT)
    /// A read, write or sync failed.
    public static let inputOutput = Code(rawValue: SQLITE_IOERR)
    /// The database is damaged.
    public static let corrupt = Code(rawValue: SQLITE_CORRUPT)
    /// The disk is full.
    public static let full = Code(rawValue: SQLITE_FULL)
    /// The file cannot be opened.
    public static let cannotOpen = Code(rawValue: SQLITE_CANTOPEN)
    /// A constraint of the schema would be violated.
    public static let constraint = Code(rawValue: SQLITE_CONSTRAINT)
    /// The statement is none that may be run here.
    public static let notAllowed = Code(rawValue: SQLITE_AUTH)
    /// The file is something else, or encrypted.
    public static let notADatabase = Code(rawValue: SQLITE_NOTADB)
  }

  /// The code, extended where SQLite has more to say.
  public let code: Code
  /// What SQLite said.
  public let message: String
  /// The database file.
  public let path: String

  init(_ code: Code, _ message: String, path: String) {
    self.code = code
    self.message = message
    self.path = path
  }

  /// For people: the file, the reason, the code.
  public var description: String { "`\(path)`: \(message) (SQLite code \(code.rawValue))" }

  /// The last error of a connection, or what `result` means where there is none.
  static func last(of connection: OpaquePointer?, result: Int32, path: String) -> SQLiteError {
    guard let connection, sqlite3_errcode(connection) & 0xff == result & 0xff else {
      return SQLiteError(Code(rawValue: result), String(cString: sqlite3_errstr(result)), path: path)
    }
    let code = Code(rawValue: sqlite3_extended_errcode(connection))
    return SQLiteError(code, String(cString: sqlite3_errmsg(connection)), path: path)
  }
}
