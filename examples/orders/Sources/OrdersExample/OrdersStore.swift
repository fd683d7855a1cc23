import CSQLite

/// The database as the service sees it: one connection, kept open as long as it works, opened again after it
/// failed.
final class OrdersStore {
  /// Why an order was not placed: the customer's fault, not the database's.
  struct Refusal: Error {
    /// The HTTP status that says so.
    var status = 422
    let reason: String
  }

  let path: String
  private var kept: SQLiteConnection?

  init(path: String) { self.path = path }

  /// Returns when the file at the path can be opened and read and is the one that this service works on.
  func checkHealth() throws(SQLiteError) {
    let wasReplaced = try use { (connection) throws(SQLiteError) in
      _ = try connection.integer("select 1 from orders limit 1")
      return connection.fileWasReplaced
    }
    // Thrown out here, so that the connection stays: taking up another file is what a restart is for.
    guard !wasReplaced else {
      throw SQLiteError(
        code: SQLITE_READONLY,
        message: "the database file was replaced or removed since this service opened it: restart it")
    }
    // A fresh connection as well, as the kept one may still answer from its cache when the file is garbage; only
    // now, because on a file that is not the kept one's it would clear the kept one's log away when it closes.
    guard try SQLiteConnection(path: path).integer("select 1 from orders limit 1") == 1 else {
      throw SQLiteError(code: SQLITE_EMPTY, message: "there is no order in the database")
    }
  }

  /// The number of orders.
  func count() throws(SQLiteError) -> Int64 {
    try use { (connection) throws(SQLiteError) in try connection.integer("select count(*) from orders") ?? 0 }
  }

  /// The newest order as JSON, nil when there is none.
  func latest() throws(SQLiteError) -> String? {
    try use { (connection) throws(SQLiteError) in
      guard let id = try connection.integer("select max(id) from orders") else { return nil }
      return try Self.order(id, in: connection)
    }
  }

  /// The order as JSON, nil when there is none of that number.
  func order(_ id: Int64) throws(SQLiteError) -> String? {
    try use { (connection) throws(SQLiteError) in try Self.order(id, in: connection) }
  }

  /// Places one order, durable when this returns, and answers its number and JSON.
  func place(_ request: String) throws(SQLiteError) -> Result<(id: Int64, json: String), Refusal> {
    try use { (connection) throws(SQLiteError) in
      try connection.execute("begin immediate")
      do throws(SQLiteError) {
        let result = try OrderPlacement.place(request, in: connection)
        guard case .success(let id) = result else {
          try connection.execute("rollback")
          return result.map { ($0, "") }
        }
        let json = try Self.order(id, in: connection) ?? ""
        try connection.execute("commit")
        return .success((id, json))
      } catch {
        // The first error is the one to report; a connection that cannot even roll back is dropped by `use`.
        try? connection.execute("rollback")
        throw error
      }
    }
  }

  private static func order(_ id: Int64, in connection: SQLiteConnection) throws(SQLiteError) -> String? {
    let statement = try connection.prepare(OrdersSchema.orderAsJSON)
    try statement.bind(id, at: 1)
    return try statement.step() ? statement.text(at: 0) : nil
  }

  /// Any error makes the next request start with a new connection.
  private func use<Answer>(
    _ body: (SQLiteConnection) throws(SQLiteError) -> Answer
  ) throws(SQLiteError) -> Answer {
    do throws(SQLiteError) {
      if let kept { return try body(kept) }
      let connection = try Self.connect(path)
      kept = connection
      return try body(connection)
    } catch {
      kept = nil
      throw error
    }
  }

  private static func connect(_ path: String) throws(SQLiteError) -> SQLiteConnection {
    let connection = try SQLiteConnection(path: path)
    // FULL syncs the log on every commit: an order that was confirmed survives a power cut.
    try connection.execute("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;")
    return connection
  }
}
