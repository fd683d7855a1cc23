import DrplanTestKit
import FoundationEssentials
import Glibc
import HostSystem
import Testing

/// Restores of databases that are in use, and restores that are cut short.
struct RestoreTests {
  @Test func aWALBesideTheOldFileNeitherLeaksNorIsLost() async throws {
    try await Shop.run { shop in
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders)
      try await shop.sql("pragma journal_mode = wal")
      try await shop.backUp()
      // A writer that died: what it committed last stands in the WAL alone.
      try shop.session.write(
        """
        import os, sqlite3
        database = sqlite3.connect("data/orders.db", isolation_level=None)
        database.execute("pragma wal_autocheckpoint = 0")
        database.execute("insert into orders(total) values (7)")
        os._exit(0)
        """, to: "write.py")
      let writer = try await shop.session.start(program: "/usr/bin/python3", ["write.py"]).wait()
      try #require(writer.status == 0, "\(writer)")
      try #require(shop.session.exists("data/orders.db-wal"))
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      #expect(try await shop.orders() == 20)
      let kept = try #require(
        shop.session.names(in: "data").first {
          $0.contains(".before-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
        })
      #expect(try await shop.orders(in: "data/\(kept)") == 21)
    }
  }

  @Test func whoeverHoldsTheOldFileIsNamed() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let holder = try shop.session.start(program: "/bin/sh", ["-c", "exec sleep 600 < data/orders.db"])
      #expect(
        await CLIDeadline.holds {
          // Not started yet is not there yet.
          (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(holder.pid)/fd/0"))
            == shop.session.path("data/orders.db")
        })
      let result = try await shop.session.drplan("run", "plan.yaml")
      #expect(result.status == 0, "\(result)")
      #expect(result.text.contains("\(holder.pid)"), "\(result)")
      holder.signal(SIGKILL)
      _ = try await holder.wait()
    }
  }

  @Test func aRunKilledInTheMiddleLeavesOldOrNewDataAndTheNextRunCleansUp() async throws {
    try await Shop.run { shop in
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders)
      try await shop.sql(
        "with recursive n(i) as (select 100 union all select i + 1 from n where i < 1000) insert into orders select i, randomblob(20000) from n"
      )
      try await shop.backUp()
      try await shop.sql("delete from orders where id > 5")
      let run = try shop.session.start(["run", "plan.yaml"])
      #expect(await CLIDeadline.holds { !shop.staging().isEmpty || run.hasEnded })
      run.signal(SIGKILL)
      _ = try await run.wait()
      let count = try await shop.orders()
      #expect(count == 5 || count == 921)
      let shown = try await shop.session.drplan("runs", "list")
      #expect(shown.status == 0, "\(shown)")
      let next = try await shop.recover()
      #expect(next.status == 0, "\(next)")
      #expect(try await shop.orders() == 921)
      #expect(shop.staging().isEmpty)
    }
  }

  @Test func aRecoveryPlaceOfItsOwnLeavesTheSourceAlone() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try await shop.lose()
      let before = try shop.live()
      let text = shop.session.read("plan.yaml")
      try shop.session.write(
        text.replacing(
          "{path: data/orders.db}", with: "{path: data/orders.db}, recovery: {path: new/orders.db}"
        )
        .replacing("{path: data/files}", with: "{path: data/files}, recovery: {path: new/files}"),
        to: "plan.yaml")
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      #expect(try shop.live() == before)
      #expect(try await shop.orders(in: "new/orders.db") == 20)
      #expect(shop.session.read("new/files/2.txt") == "file 2\n")
    }
  }

  @Test func twoRunsAtOnceNeverChangeOneDatabase() async throws {
    try await Shop.run { shop in
      let wait = """
          - id: wait
            action: RunCommand
            needs: []
            with: {command: [sh, -c, "touch running; while [ ! -e go ]; do sleep 0.05; done"]}

        """
      try shop.plan(
        wait + Shop.restoreOrders
          + Shop.verifyOrders.replacing("[restore-orders]", with: "[restore-orders, wait]"))
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders, name: "other")
      try await shop.backUp()
      let first = try shop.session.start(["run", "plan.yaml", "--format", "json"])
      #expect(await CLIDeadline.holds { shop.session.exists("running") })
      let journals = shop.journals().count
      let second = try await shop.session.drplan("run", "other.yaml")
      #expect(second.status == 11, "\(second)")
      let holder = try #require(shop.session.names(in: "state/runs").first)
      #expect(second.errorText.contains(holder), "\(second)")
      #expect(second.errorText.contains("orders.db"), "\(second)")
      #expect(shop.journals().count == journals)
      try await first.untilRestored(shop)
      try shop.session.write("", to: "go")
      #expect(try await first.wait().status == 0)
      #expect(try await shop.session.drplan("run", "other.yaml").status == 0)
    }
  }
}

extension CLIProcess {
  /// Waits until the run has the orders restored on record.
  fileprivate func untilRestored(_ shop: Shop) async throws {
    let isThere = await CLIDeadline.holds {
      self.hasEnded
        || shop.journals().contains { $0.contains("step.finished") && $0.contains("shop/restore-orders") }
    }
    #expect(isThere)
  }
}
