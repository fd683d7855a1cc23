import Values

/// What SQLite asks now and then while it runs a query: whether to go on.
///
/// Belongs to one connection and is used only by the thread that uses the connection.
final class SQLiteLimits {
  /// The limits in force at one time.
  struct Setting {
    var deadline: Duration?
    var timeout: Duration?
    var cancellation: CancellationFlag?
  }

  private var setting = Setting()
  private let clock = HostClock()

  /// Tightens the limits and gives those before, for `restore`.
  func set(timeout: Duration?, cancellation: CancellationFlag?) -> Setting {
    let before = setting
    if let timeout {
      let deadline = clock.uptime + timeout
      if deadline < setting.deadline ?? deadline + .nanoseconds(1) {
        setting.deadline = deadline
        setting.timeout = timeout
      }
    }
    setting.cancellation = cancellation ?? setting.cancellation
    return before
  }

  func restore(_ before: Setting) { setting = before }

  var isCancelled: Bool { setting.cancellation?.isCancelled ?? false }
  var isTimedOut: Bool { setting.deadline.map { clock.uptime >= $0 } ?? false }

  /// Replaces the bare `interrupted` of SQLite by who interrupted.
  func explain(_ error: SQLiteError) -> SQLiteError {
    guard error.code.primary == .interrupted else { return error }
    if isCancelled { return SQLiteError(error.code, "the query was cancelled", path: error.path) }
    guard isTimedOut, let timeout = setting.timeout else { return error }
    return SQLiteError(error.code, "the query took longer than \(timeout.planText)", path: error.path)
  }

  /// The callback of SQLite: anything but 0 stops the query.
  ///
  /// `context` is the connection's limits.
  static func areExceeded(_ context: UnsafeMutableRawPointer?) -> Int32 {
    guard let context else { return 0 }
    let limits = Unmanaged<SQLiteLimits>.fromOpaque(context).takeUnretainedValue()
    return limits.isCancelled || limits.isTimedOut ? 1 : 0
  }
}
