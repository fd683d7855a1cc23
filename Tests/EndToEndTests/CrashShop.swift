import DrplanTestKit
import FoundationEssentials
import Glibc
import HostSystem
import Synchronization
import Testing

/// A shop whose plan uses every action, after its disaster: what the tests of crashes and faults break again and again.
struct CrashShop: Sendable {
  let session: CLISession
  /// What stood in the data after the disaster, and what a recovery makes of it.
  let old: [String: [String]]
  let new: [String: [String]]
  /// Each call that changed something in an undisturbed run, as the shim saw it.
  let calls: [String]
  /// What an undisturbed run left on record and told.
  let outcome: Outcome

  /// Runs `body` with the shop prepared: snapshots taken, data lost, and one undisturbed recovery done in a copy.
  static func run(_ body: @escaping @Sendable (CrashShop) async throws -> Void) async throws {
    try await Shop.run { shop in
      try await prepare(shop)
      let old = try targets(shop.session)
      let (new, calls, outcome) = try await shop.session.inCopy { session in
        try usePort(session)
        let environment = try await FaultInjection.counting.environment(in: session)
        let result = try await session.start(recovery, environment: environment).wait()
        try #require(result.status == 0, "\(result)")
        let outcome = try Outcome(session, run: #require(newestRun(session)), result)
        return (try targets(session), FaultInjection.calls(in: session), outcome)
      }
      for (name, lines) in new { try #require(lines != old[name], "the disaster spared \(name)") }
      try await body(
        CrashShop(session: shop.session, old: old, new: new, calls: calls, outcome: outcome))
    }
  }

  static let recovery = ["run", "plan.yaml", "--format", "json"]

  /// How often an undisturbed run wrote to its journal: each time one event, or some that came at once.
  var commits: Int { calls.count { $0.contains(" pwrite ") && $0.hasSuffix("/journal.jsonl") } }

  /// Runs `body` for each point, a few at once, each with a shop of its own.
  func each<Point: Sendable>(
    of points: [Point], _ body: @escaping @Sendable (Point, CLISession) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var running = 0
      for point in points {
        if running == 3 { try await group.next() } else { running += 1 }
        group.addTask {
          try await session.inCopy { copy in
            try Self.usePort(copy)
            try await body(point, copy)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// What stands under each database, each line of one thing.
  static func targets(_ session: CLISession) throws -> [String: [String]] {
    let listing = try CLITree.listing(session.path("data"))
    return ["orders.db", "ledger.db", "files"].reduce(into: [:]) { result, name in
      result[name] = listing.filter {
        $0.hasPrefix(name + " ") || $0.hasPrefix(name + "-") || $0.hasPrefix(name + "/")
      }
    }
  }

  /// Each database must be wholly the old or wholly the new, whatever was broken.
  func requireWhole(
    _ session: CLISession, _ fault: FaultInjection, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (name, lines) in try Self.targets(session) {
      #expect(
        lines == old[name] || lines == new[name],
        "\(fault): \(name) is neither what it was nor what it should become: \(lines)",
        sourceLocation: sourceLocation)
    }
  }

  /// Names beside the data that a restore uses while it works.
  static func staging(_ session: CLISession) -> [String] {
    session.names(in: "data").filter { $0.contains(".drplan-") }
  }

  /// The run that began last, if any has a first event on record: without one nothing was touched.
  static func newestRun(_ session: CLISession) -> String? {
    session.names(in: "state/runs").last { session.read("state/runs/\($0)/journal.jsonl").contains("\n") }
  }

  private static func prepare(_ shop: Shop) async throws {
    let session = shop.session
    try await shop.sql(
      "create table entries(id integer primary key, amount int)",
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < 50) insert into entries select i, i * 7 from n",
      file: "data/ledger.db")
    try usePort(session)
    try session.write(
      "#!/bin/sh\ncat > /dev/null\necho \"$DRPLAN_NOTIFICATION_ID\" >> pages.txt\n", to: "bin/pager",
      mode: 0o755)
    try session.write(service, to: "bin/api.py")
    try await shop.backUp()
    try await shop.lose()
    try await shop.sql("update entries set amount = 0", file: "data/ledger.db")
  }

  /// Each copy has a service of its own, and so a port.
  private static func usePort(_ session: CLISession) throws {
    // Below the ports that the kernel hands out: one of those may be taken again before the service listens.
    let port = 20_000 + (Int(getpid()) * 61 + ports.add(1, ordering: .relaxed).newValue) % 12_000
    try session.write(plan.replacing("PORT", with: "\(port)"), to: "plan.yaml")
  }

  private static let ports = Atomic<Int>(0)

  private static let service = """
    import socket, sys
    server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    while True: server.accept()[0].close()

    """
  private static let plan = """
    apiVersion: drplan/v1
    kind: RecoveryPlan
    name: shop
    objectives: {rto: 15m, rpo: 1h}
    repository: {directory: backups}
    databases:
      orders: {engine: SQLite, source: {path: data/orders.db}}
      ledger: {engine: SQLite, source: {path: data/ledger.db}}
      files: {engine: Files, source: {path: data/files}}
    services:
      api:
        manager: Process
        command: [/usr/bin/python3, -I, -S, bin/api.py, "PORT"]
        pidFile: api.pid
        log: api.log
        ready: {tcp: "127.0.0.1:PORT", within: 30s}
    channels:
      log: {type: File, path: notifications.jsonl}
      pager: {type: Command, command: [bin/pager]}
    steps:
      - id: announce
        action: NotifyStakeholders
        needs: []
        onFailure: Continue
        with: {channels: [log, pager], message: "Shop ${run.mode} declared."}
      - id: stop
        action: StopServices
        needs: [announce]
        with: {services: [api]}
      - id: switch
        action: RunCommand
        needs: [stop]
        with:
          command: [sh, -c, "echo switched >> commands.txt"]
          undo: [sh, -c, "echo undone >> commands.txt"]
          rerun: Safe
      - id: restore-orders
        action: RestoreDatabase
        needs: [switch]
        with: {database: orders}
      - id: restore-ledger
        action: RestoreDatabase
        needs: [switch]
        with: {database: ledger}
      - id: restore-files
        action: RestoreDatabase
        needs: [switch]
        with: {database: files}
      - id: restart
        action: RestartServices
        needs: [restore-orders, restore-ledger, restore-files]
        with: {services: [api]}
      - id: verify
        action: VerifyIntegrity
        needs: [restart]
        with:
          checks:
            - {type: EngineCheck, database: orders}
            - {type: RowCounts, database: orders}
            - {type: RowCounts, database: ledger}
            - {type: Checksums, database: files}
      - id: backup
        action: BackupDatabase
        needs: [verify]
        with: {database: orders}
      - id: all-clear
        action: NotifyStakeholders
        needs: [backup]
        onFailure: Continue
        with: {channels: [log, pager], message: "Shop is back."}
    finally:
      - id: close-out
        action: NotifyStakeholders
        with: {channels: [log], message: "Shop ${run.result}.", attach: Report}

    """
}
