private import CSQLite
private import Glibc
public import Values

/// How far an online backup has come.
public struct SQLiteBackupProgress: Sendable, Hashable {
  /// Pages copied of the state now being copied; goes back when a writer made the copy start again.
  public let copiedPages: Int
  /// Pages of the database now.
  public let totalPages: Int
}

/// What an online backup copied.
public struct SQLiteBackupSummary: Sendable, Hashable {
  /// The copy holds all that was committed before this instant; it may hold some that was committed just
  /// after.
  public let consistentAt: Timestamp
  /// Pages copied.
  public let pages: Int
  /// Bytes of a page.
  public let pageSize: Int
  /// How often a writer made the copy start again.
  public let restarts: Int
}

extension SQLiteDatabase {
  /// Copies the database, while others read and write it, to a new file (mode 0600) that holds one committed
  /// state.
  ///
  /// In WAL mode the state is that of the beginning and nobody waits. In other modes writers get their turn
  /// between steps, and each commit makes the copy start again; after three of those it holds the read lock
  /// until it is done. Steps that meet a lock are tried again for `busyTimeout`. The limits set by `limited`
  /// are looked at between steps. When the call returns, the content is on disk, the folder entry not yet;
  /// when it throws, no file is left. A file that exists is never overwritten.
  ///
  /// - Parameters:
  ///   - pagesPerStep: pages copied under one lock, between two calls of `progress`.
  @discardableResult
  public func onlineBackup(
    to destination: String, pagesPerStep: Int = 1024, progress: (SQLiteBackupProgress) -> Void = { _ in }
  ) throws(SQLiteError) -> SQLiteBackupSummary {
    let descriptor = open(destination, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SQLiteError(.cannotOpen, kernelErrorText(errno), path: destination) }
    close(descriptor)
    do throws(SQLiteError) {
      let copy = try SQLiteDatabase(path: destination, mode: .readWrite, busyTimeout: busyTimeout)
      var backup = try SQLiteBackup(of: self, to: copy)
      return try backup.run(pagesPerStep: pagesPerStep, progress: progress)
    } catch {
      for suffix in ["", "-journal", "-wal", "-shm"] { unlink(destination + suffix) }
      throw error
    }
  }
}

/// One run of SQLite's backup interface.
private struct SQLiteBackup: ~Copyable {
  /// After so many new starts writers have to wait.
  private static let patience = 3

  private let raw: OpaquePointer
  private let source: OpaquePointer
  private let copy: OpaquePointer
  private let path: String
  private let copyPath: String
  private let limits: SQLiteLimits
  private let retryTime: Duration
  private let pageSize: Int
  private let writersNeedNotWait: Bool
  private let clock = HostClock()
  /// Whether we opened the transaction that keeps the state still.
  private var holdsState = false
  private var consistentAt: Timestamp
  private var restarts = 0

  init(of database: borrowing SQLiteDatabase, to destination: borrowing SQLiteDatabase) throws(SQLiteError) {
    // All that can fail comes before the first stored property.
    let pageSize = try database.pageSize
    let journalMode = try database.value("PRAGMA journal_mode")?.text
    guard !database.isInTransaction else {
      throw SQLiteError(.locked, "a transaction is open on the connection to copy from", path: database.path)
    }
    guard let backup = sqlite3_backup_init(destination.raw, "main", database.raw, "main") else {
      throw .last(of: destination.raw, result: sqlite3_errcode(destination.raw), path: destination.path)
    }
    raw = backup
    source = database.raw
    copy = destination.raw
    path = database.path
    copyPath = destination.path
    limits = database.limits
    retryTime = database.busyTimeout
    self.pageSize = pageSize
    writersNeedNotWait = journalMode == "wal"
    consistentAt = clock.now
  }

  deinit {
    sqlite3_backup_finish(raw)
    // Nothing was written under it: whether it commits or rolls back is the same.
    if holdsState { sqlite3_exec(source, "ROLLBACK", nil, nil, nil) }
  }

  mutating func run(
    pagesPerStep: Int, progress: (SQLiteBackupProgress) -> Void
  ) throws(SQLiteError) -> SQLiteBackupSummary {
    if writersNeedNotWait { try holdState() }
    var copied = 0
    var lastSuccess = clock.uptime
    while true {
      if limits.isCancelled || limits.isTimedOut {
        throw limits.explain(.last(of: nil, result: SQLITE_INTERRUPT, path: path))
      }
      let before = clock.now
      let result = sqlite3_backup_step(raw, Int32(clamping: max(1, pagesPerStep)))
      switch result & 0xff {
      case SQLITE_OK, SQLITE_DONE:
        lastSuccess = clock.uptime
        let total = Int(sqlite3_backup_pagecount(raw))
        let now = total - Int(sqlite3_backup_remaining(raw))
        if copied == 0 {
          // Nothing was read before this step.
          if !holdsState { consistentAt = before }
        } else if now <= copied {
          // Without a new start each step adds at least one page.
          restarts += 1
          consistentAt = before
          if restarts >= Self.patience, !holdsState { try holdState() }
        }
        copied = now
        progress(SQLiteBackupProgress(copiedPages: copied, totalPages: total))
        guard result == SQLITE_DONE else { continue }
        return SQLiteBackupSummary(
          consistentAt: consistentAt, pages: total, pageSize: pageSize, restarts: restarts)
      case SQLITE_BUSY, SQLITE_LOCKED:
        guard clock.uptime < lastSuccess + retryTime else { throw failure(result) }
        usleep(20_000)
      default:
        throw failure(result)
      }
    }
  }

  /// Opens a read transaction on the source, under which no commit of others changes what the steps read.
  private mutating func holdState() throws(SQLiteError) {
    let before = clock.now
    // BEGIN alone takes no lock; the first read does.
    let result = sqlite3_exec(source, "BEGIN; SELECT count(*) FROM sqlite_schema", nil, nil, nil)
    holdsState = sqlite3_get_autocommit(source) == 0
    guard result == SQLITE_OK else { throw .last(of: source, result: result, path: path) }
    if restarts == 0 { consistentAt = before }
  }

  /// SQLite does not say which of the two files it was.
  private func failure(_ result: Int32) -> SQLiteError {
    let error = SQLiteError.last(of: copy, result: result, path: path)
    return SQLiteError(error.code, "the copy to `\(copyPath)` failed: \(error.message)", path: path)
  }
}
