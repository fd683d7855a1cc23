import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// Checks that have steps run when they do not pass.
struct CheckRepairTests {
  private static let mend = """
    import sqlite3
    orders = sqlite3.connect("data/orders.db")
    orders.execute("update orders set total = 0 where total < 0")
    orders.commit()
    orders.close()

    """
  private static let check =
    "        - {id: totals, type: Query, database: orders, sql: \"select count(*) from orders where total < 0\", expect: {equals: 0}, repair: [mend]}\n"

  private static func repair(_ script: String) -> String { Shop.counted("mend", then: script) }

  /// A plan whose snapshot holds what its check finds fault with.
  private func plan(_ shop: Shop, _ script: String, limit: String = "") async throws {
    try shop.session.write(Self.mend, to: "mend.py")
    try shop.plan(
      Shop.restoreOrders + Self.repair(script) + Shop.verifyOrders + Self.check + limit
        + Shop.counted("after", needs: ["verify"]) + "\nfinally:\n" + Shop.counted("close"))
    try await shop.sql("update orders set total = -1 where id = 7")
    try await shop.backUp()
  }

  private static let kinds: Set = ["step.started", "repair.started", "step.finished", "run.finished"]

  @Test func aRepairMakesTheCheckPassAndTheRunRecover() async throws {
    try await Shop.run { shop in
      try await plan(shop, "exec /usr/bin/python3 mend.py")
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["mend", "after", "close"])
      let events = try shop.events(Self.kinds)
      let steps = events.filter { $0.hasSuffix(" verify") || $0.hasSuffix(" mend") || $0.hasSuffix(" after") }
      #expect(
        steps.first == "step.started verify" && steps.contains("step.finished mend")
          && steps.last == "step.finished after", "\(events)")
      let record = try result.json()
      #expect(record["result"].string == "Recovered")
      #expect(record["steps"].first("id", "mend")["state"].string == "Succeeded")
      #expect(record["checks"].first("id", "totals")["state"].string == "Passed")
      let report = try await shop.session.drplan("runs", "report", "latest")
      #expect(report.text.contains("mend"), "\(report)")
      try await shop.requireIntact()
    }
  }

  @Test func aRepairThatNobodyNeedsDoesNotRunAndIsNoException() async throws {
    try await Shop.run { shop in
      try await plan(shop, "exec /usr/bin/python3 mend.py")
      try await shop.sql("update orders set total = 1 where id = 7")
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["after", "close"])
      #expect(try result.json()["steps"].first("id", "mend")["state"].string == "Skipped")
      #expect(try result.json()["result"].string == "Recovered")
    }
  }

  @Test(arguments: [("", 2), ("      repairs: 3\n", 3)])
  func howOftenARepairIsTriedIsBounded(_ limit: String, _ rounds: Int) async throws {
    try await Shop.run { shop in
      try await plan(shop, ":", limit: limit)
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      #expect(shop.ran == Array(repeating: "mend", count: rounds) + ["close"])
      let record = try result.json()
      #expect(record["steps"].first("id", "verify")["state"].string == "Failed")
      #expect(record["steps"].first("id", "verify")["attempts"].number == Double(rounds + 1))
      #expect(record["checks"].first("id", "totals")["state"].string == "Failed")
      try await shop.requireIntact()
    }
  }

  @Test func aRepairMayRestoreAndTheCheckProvesIt() async throws {
    try await Shop.run { shop in
      try shop.session.write(Self.mend.replacing("= 0 where total < 0", with: "= -1"), to: "damage.py")
      try shop.plan(
        Shop.restoreOrders + Shop.restoreOrders.replacing("restore-orders", with: "restore-again")
          + Shop.step("damage", needs: ["restore-orders"], "exec /usr/bin/python3 damage.py")
          + Shop.verifyOrders.replacing("[restore-orders]", with: "[damage]")
          + Self.check.replacing("[mend]", with: "[restore-again]"))
      try await shop.backUp()
      try await shop.sql("delete from orders where id > 5")
      let before = try CrashShop.targets(shop.session)
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      let record = try result.json()
      #expect(record["objectives"]["rpo"]["verdict"].string == "Met", "\(record["objectives"]["rpo"])")
      #expect(record["steps"].first("id", "restore-again")["state"].string == "Succeeded")
      #expect(try await shop.orders() == 20)
      let rolledBack = try await shop.session.drplan("rollback", "latest")
      #expect(rolledBack.text.hasPrefix("Rolled back"), "\(rolledBack)")
      #expect(try CrashShop.targets(shop.session) == before)
    }
  }

  @Test func aRepairThatFailsFailsTheCheck() async throws {
    try await Shop.run { shop in
      try await plan(shop, "exit 9")
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      #expect(shop.ran == ["mend", "close"])
      let error = try result.json()["steps"].first("id", "verify")["error"]
      #expect(error["code"].string == "RepairFailed", "\(error)")
    }
  }

  @Test func aRunThatDiesInARepairGoesOn() async throws {
    try await Shop.run { shop in
      try await plan(
        shop,
        "touch running; while [ ! -e go ]; do sleep 0.02; done; exec /usr/bin/python3 mend.py")
      let run = try shop.session.start(["run", "plan.yaml"])
      try #require(await CLIDeadline.holds { shop.session.exists("running") || run.hasEnded })
      run.signal(SIGKILL)
      _ = try await run.wait()
      for process in shop.session.processes { kill(process, SIGKILL) }
      try shop.touch("go")
      let asked = try await shop.resume()
      #expect(asked.status == 5, "\(asked)")
      let result = try await shop.resume("--retry", "mend")
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["mend", "mend", "after", "close"])
      try await shop.requireIntact()
    }
  }

  @Test func aRunThatFailedInSpiteOfRepairsIsCarriedOnWithNewOnes() async throws {
    try await Shop.run { shop in
      try await plan(shop, "test ! -e tools || exec /usr/bin/python3 mend.py")
      try #require(try await shop.recover().status == 1)
      try shop.touch("tools")
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["mend", "mend", "close", "mend", "after", "close"])
    }
  }
}
