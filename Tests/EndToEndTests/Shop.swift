import DrplanTestKit
import FoundationEssentials
import Glibc
import HostSystem
import Testing

/// A small shop in a session of its own: a SQLite database and a folder of files, with a plan that recovers both.
struct Shop: Sendable {
  let session: CLISession

  /// Runs a test in a shop with 20 orders, three files and the usual plan.
  static func run(_ body: @escaping @Sendable (Shop) async throws -> Void) async throws {
    try await CLISession.run { session in
      let shop = Shop(session: session)
      try await shop.sql(
        "create table orders(id integer primary key, total int)",
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20) insert into orders select i, i * 100 from n"
      )
      for number in 1...3 { try session.write("file \(number)\n", to: "data/files/\(number).txt") }
      try shop.plan()
      try await body(shop)
    }
  }

  static let restoreOrders = """
      - id: restore-orders
        action: RestoreDatabase
        needs: []
        with: {database: orders}

    """
  static let restoreFiles = """
      - id: restore-files
        action: RestoreDatabase
        needs: []
        with: {database: files}

    """
  static let verify = """
      - id: verify
        action: VerifyIntegrity
        needs: [restore-orders, restore-files]
        with:
          checks:
            - {type: EngineCheck, database: orders}
            - {type: RowCounts, database: orders}
            - {type: Checksums, database: files}

    """
  /// What a plan of the orders alone ends with.
  static let verifyOrders = """
      - id: verify
        action: VerifyIntegrity
        needs: [restore-orders]
        with:
          checks:
            - {type: EngineCheck, database: orders}
            - {type: RowCounts, database: orders}

    """
  static let usualSteps = restoreOrders + restoreFiles + verify

  /// Writes `plan.yaml`, or a plan of another name.
  func plan(
    _ steps: String = usualSteps, objectives: String = "{rto: 15m, rpo: 5m}", sections: String = "",
    data: String = "data", name: String = "shop"
  ) throws {
    let hasFiles = steps.contains("database: files")
    let files = hasFiles ? "  files: {engine: Files, source: {path: \(data)/files}}\n" : ""
    try session.write(
      """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: \(name)
      objectives: \(objectives)
      repository: {directory: backups}
      databases:
        orders: {engine: SQLite, source: {path: \(data)/orders.db}}
      \(files)\(sections)
      steps:
      \(steps)
      """, to: "\(name == "shop" ? "plan" : name).yaml")
  }

  /// Runs statements on the live orders.
  func sql(_ statements: String..., file: String = "data/orders.db") async throws {
    let path = session.path(file)
    try FileManager.default.createDirectory(
      atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), withIntermediateDirectories: true)
    try await runBlocking { () throws(SQLiteError) in
      let database = try SQLiteDatabase(path: path, mode: .create)
      for statement in statements { try database.execute(statement) }
    }
  }

  /// How many orders the live database holds.
  func orders(in file: String = "data/orders.db") async throws -> Int64? {
    let path = session.path(file)
    return try await runBlocking { () throws(SQLiteError) in
      try SQLiteDatabase(path: path, mode: .readOnly).value("select count(*) from orders")?.integer
    }
  }

  /// Takes snapshots of everything; the test ends if that fails.
  func backUp(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let result = try await session.start(["backup", "plan.yaml"] + arguments).wait()
    try #require(result.status == 0, "\(result)", sourceLocation: sourceLocation)
  }

  /// Loses rows and files, as a disaster does.
  func lose() async throws {
    try await sql("delete from orders where id > 5")
    try FileManager.default.removeItem(atPath: session.path("data/files/2.txt"))
    try session.write("scrambled", to: "data/files/3.txt")
  }

  /// What stands in the live data, byte by byte.
  func live() throws -> [String] { try CLITree.listing(session.path("data")) }

  /// Everything in the session but what command lines printed.
  func everything() throws -> [String] {
    try CLITree.listing(session.directory, leavingOut: [".streams"])
  }

  /// Names beside the live data that a restore uses while it works.
  func staging() -> [String] { session.names(in: "data").filter { $0.contains(".drplan-") } }

  /// The journals of all runs, oldest first.
  func journals() -> [String] {
    session.names(in: "state/runs").map { session.read("state/runs/\($0)/journal.jsonl") }
  }

  /// Runs the plan with a JSON record.
  func recover(_ arguments: String..., environment: [String: String] = [:]) async throws -> CLIResult {
    try await session.start(
      ["run", "plan.yaml", "--format", "json"] + arguments, environment: environment
    ).wait()
  }

  /// The path of a file in the repository, as `packs/...`; the only one of its kind or the first.
  func stored(_ kind: String, _ suffix: String) throws -> String {
    let all = try FileManager.default.subpathsOfDirectory(atPath: session.path("backups/\(kind)")).sorted()
    return "backups/\(kind)/" + (try #require(all.first { $0.hasSuffix(suffix) }))
  }
}
