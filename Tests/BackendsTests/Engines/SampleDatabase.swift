import FoundationEssentials
import HostSystem

/// Small SQLite databases for tests; every call is short.
enum SampleDatabase {
  /// A database with as many orders, and one line for each.
  static func make(_ path: String, orders: Int, wal: Bool = false) throws {
    let database = try SQLiteDatabase(path: path, mode: .create)
    if wal { try database.executeScript("PRAGMA journal_mode = WAL") }
    try database.executeScript(
      """
      CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, total INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS lines (order_id INTEGER NOT NULL REFERENCES orders (id), article TEXT NOT NULL);
      PRAGMA application_id = 4711;
      PRAGMA user_version = 7;
      """)
    try add(database, orders)
  }

  /// Adds orders, each with its line, in one transaction.
  static func add(_ database: borrowing SQLiteDatabase, _ orders: Int) throws {
    try database.executeScript(
      """
      BEGIN;
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(orders))
      INSERT INTO orders (total) SELECT i FROM n WHERE i <= \(orders);
      INSERT INTO lines SELECT id, 'article ' || id FROM orders WHERE id NOT IN (SELECT order_id FROM lines);
      COMMIT;
      """)
  }

  /// Leaves at `path` a database whose last orders are only in its WAL, as after a crash: `checkpointed` of `orders`.
  static func makeCrashed(_ path: String, orders: Int, checkpointed: Int, scratch: String) throws {
    let working = scratch + "/working-\(UInt32.random(in: 0...UInt32.max)).db"
    try make(working, orders: checkpointed, wal: true)
    let database = try SQLiteDatabase(path: working, mode: .readWrite)
    try database.executeScript("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0")
    try add(database, orders - checkpointed)
    for suffix in ["", "-wal", "-shm"] {
      try FileManager.default.copyItem(atPath: working + suffix, toPath: path + suffix)
    }
  }

  /// The rows of `orders`, once the database has proven sound.
  static func soundOrders(_ path: String) throws -> Int64 {
    let database = try SQLiteDatabase(path: path, mode: .readWrite)
    let findings = try database.integrityFindings(.full).joined(separator: "; ")
    guard findings.isEmpty else { throw NotSound(description: "`\(path)`: \(findings)") }
    return try database.value("SELECT count(*) FROM orders")?.integer ?? -1
  }

  struct NotSound: Error, CustomStringConvertible { let description: String }
}
