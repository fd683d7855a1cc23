import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// What runs keep, how it is let go of, and what asks for somebody.
struct CommitAndStatusTests {
  private func recovered(_ shop: Shop) async throws {
    try await shop.backUp()
    try await shop.lose()
    try #require(try await shop.recover().status == 0)
  }

  private func kept(_ shop: Shop) -> [String] {
    shop.session.names(in: "data").filter { $0.contains(".before-") || $0.contains(".undone-") }
  }

  private func commit(_ shop: Shop, _ arguments: String...) async throws -> CLIResult {
    try await shop.session.start(["commit", "latest"] + arguments).wait()
  }

  private func status(_ shop: Shop, _ arguments: String...) async throws -> CLIResult {
    try await shop.session.start(["status"] + arguments).wait()
  }

  private func paused(_ shop: Shop) async throws {
    try shop.plan(
      Shop.restoreOrders
        + Shop.counted("gate", needs: ["restore-orders"], then: "test -e mended", more: "onFailure: Pause")
        + Shop.verifyOrders.replacing("[restore-orders]", with: "[gate]"))
    try await shop.backUp()
    try await shop.sql("delete from orders where id > 5")
    try #require(try await shop.recover().status == 5)
  }

  // MARK: Commit

  @Test func commitRemovesWhatWasKeptAndTellsItsSize() async throws {
    try await Shop.run { shop in
      try await recovered(shop)
      let names = kept(shop)
      try #require(names.count == 2)
      let result = try await commit(shop)
      #expect(result.status == 0 && result.text.hasPrefix("removed "), "\(result)")
      for name in names { #expect(result.text.contains(shop.session.path("data/\(name)")), "\(result)") }
      #expect(kept(shop).isEmpty)
      #expect(!shop.session.names(in: "data").contains { $0.contains(".removing") })
      #expect(try await shop.orders() == 20)
      #expect(try await shop.show()["isCommitted"] == .bool(true))
      try await shop.requireIntact()
      try await shop.requireRefused(["rollback", "latest"], "was committed")
      let report = try await shop.session.drplan("runs", "report", "latest")
      #expect(!report.text.contains("drplan rollback") && !report.text.contains("drplan commit"), "\(report)")
    }
  }

  @Test func aDryRunOfCommitTellsTheSameAndChangesNothing() async throws {
    try await Shop.run { shop in
      try await recovered(shop)
      let before = try shop.everything()
      let dry = try await commit(shop, "--dry-run", "--format", "json").json()
      #expect(try shop.everything() == before)
      #expect(dry["committed"] == .bool(false) && dry["paths"].list.count == 2)
      #expect(try #require(dry["bytes"].number) > 4096)
      let text = try await commit(shop, "--dry-run")
      #expect(text.status == 0 && text.text.hasPrefix("would remove "), "\(text)")
      #expect(try shop.everything() == before)
      let done = try await commit(shop, "--format", "json").json()
      #expect(done["committed"] == .bool(true))
      #expect(done["paths"] == dry["paths"] && done["bytes"] == dry["bytes"] && done["run"] == dry["run"])
    }
  }

  @Test func commitTwiceIsHarmless() async throws {
    try await Shop.run { shop in
      try await recovered(shop)
      #expect(try await commit(shop).status == 0)
      let before = try shop.everything()
      let again = try await commit(shop)
      #expect(again.status == 0 && again.text.hasSuffix("keeps nothing\n"), "\(again)")
      #expect(try shop.everything() == before)
      let json = try await commit(shop, "--format", "json").json()
      #expect(json["paths"].list.isEmpty && json["bytes"].number == 0)
    }
  }

  @Test func onlyWhatThatRunKeptIsRemoved() async throws {
    try await Shop.run { shop in
      try await recovered(shop)
      let first = try shop.lastRun()
      try #require(try await shop.recover().status == 0)
      try #require(kept(shop).count == 4)
      #expect(try await shop.session.drplan("commit", first).status == 0)
      #expect(kept(shop).count == 2 && !kept(shop).contains { $0.contains(first) })
      let rolledBack = try await shop.session.drplan("rollback", "latest")
      #expect(rolledBack.text.hasPrefix("Rolled back"), "\(rolledBack)")
    }
  }

  @Test func commitOfARolledBackRunRemovesWhatTheRestoreHadPutThere() async throws {
    try await Shop.run { shop in
      try await recovered(shop)
      _ = try await shop.session.drplan("rollback", "latest")
      try #require(kept(shop).count == 2)
      let result = try await commit(shop)
      #expect(result.status == 0, "\(result)")
      #expect(kept(shop).isEmpty)
      #expect(try await shop.orders() == 5)
    }
  }

  @Test func commitOfARunThatHasNotRecoveredIsRefused() async throws {
    try await Shop.run { shop in
      try await paused(shop)
      try await shop.requireRefused(["commit", "latest"], "has not recovered")
      try #require(try await shop.resume("--abort").status == 1)
      try await shop.requireRefused(["commit", "latest"], "has not recovered")
      #expect(kept(shop).count == 1)
    }
  }

  // MARK: Status

  @Test func withoutRunsNothingWaits() async throws {
    try await Shop.run { shop in
      let result = try await status(shop)
      #expect(result.status == 0 && result.text == "nothing waits for anybody\n", "\(result)")
      let json = try await status(shop, "--format", "json").json()
      #expect(json["schemaVersion"].number == 1 && json["runs"] == .array([]))
    }
  }

  @Test func aRunThatWaitsIsShownWithTheNextCommand() async throws {
    try await Shop.run { shop in
      try await paused(shop)
      let result = try await status(shop)
      #expect(result.status == 1, "\(result)")
      let run = try shop.lastRun()
      #expect(result.text.contains("! \(run)  shop  waits for a person"), "\(result)")
      #expect(result.text.contains("drplan resume \(run) --skip gate --reason TEXT"), "\(result)")
      let json = try await status(shop, "--format", "json")
      #expect(json.status == 1)
      let entry = try json.json()["runs"][0]
      #expect(
        entry.keys == [
          "ageSeconds", "kept", "keptBytes", "needsAttention", "next", "overdue", "plan", "run", "state",
        ])
      #expect(entry["run"].string == run && entry["plan"].string == "shop")
      #expect(entry["needsAttention"] == .bool(true) && entry["kept"].list.count == 1)
      #expect(entry["next"].list.contains(.string("drplan resume \(run) --abort")))
    }
  }

  @Test func aRunThatDiedIsShownAndOneThatGoesOnIsNoAlarm() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.step("wait", "touch running; sleep 600")
          + Shop.restoreOrders.replacing("needs: []", with: "needs: [wait]") + Shop.verifyOrders)
      try await shop.backUp()
      let run = try shop.session.start(["run", "plan.yaml"])
      try #require(await CLIDeadline.holds { shop.session.exists("running") || run.hasEnded })
      let going = try await status(shop)
      #expect(going.status == 0 && going.text.contains("goes on"), "\(going)")
      run.signal(SIGKILL)
      _ = try await run.wait()
      let died = try await status(shop)
      #expect(died.status == 1 && died.text.contains("died in the middle"), "\(died)")
      #expect(died.text.contains("drplan resume \(try shop.lastRun())"), "\(died)")
    }
  }

  @Test func keptDataIsShownWithSizeAndAgeAndIsOverdueAfterItsTime() async throws {
    try await Shop.run { shop in
      try await recovered(shop)
      let fresh = try await status(shop)
      #expect(fresh.status == 0, "\(fresh)")
      #expect(fresh.text.contains("- \(try shop.lastRun())  shop  recovered"), "\(fresh)")
      #expect(fresh.text.contains("of old data for "), "\(fresh)")
      for name in kept(shop) { #expect(fresh.text.contains(name), "\(fresh)") }
      #expect(fresh.text.contains("drplan commit"), "\(fresh)")
      let late = try await status(shop, "--kept-for", "0s")
      #expect(late.status == 1 && late.text.contains(", overdue"), "\(late)")
      let json = try await status(shop, "--kept-for", "0s", "--format", "json").json()["runs"][0]
      #expect(json["overdue"] == .bool(true) && json["needsAttention"] == .bool(true))
      #expect(try #require(json["keptBytes"].number) > 4096)
      let wrong = try await status(shop, "--kept-for", "soon")
      #expect(wrong.status == 2, "\(wrong)")
      try #require(try await commit(shop).status == 0)
      let after = try await status(shop, "--kept-for", "0s")
      #expect(after.status == 0 && after.text == "nothing waits for anybody\n", "\(after)")
    }
  }

  @Test func lookingChangesNothing() async throws {
    try await Shop.run { shop in
      try await recovered(shop)
      try await paused(shop)
      let before = try shop.everything()
      for arguments in [["status"], ["status", "--format", "json"], ["runs", "list"]] {
        _ = try await shop.session.start(arguments).wait()
      }
      #expect(try shop.everything() == before)
    }
  }
}
