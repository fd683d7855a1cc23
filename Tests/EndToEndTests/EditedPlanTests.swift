import DrplanTestKit
import FoundationEssentials
import Testing

/// Plans that are edited between a run's failure and its resumption.
struct EditedPlanTests {
  private static func steps(a: String = "a", gate: String = "test -e mended") -> String {
    Shop.restoreOrders + Shop.counted("a", needs: ["restore-orders"], then: ": \(a)")
      + Shop.counted("b", needs: ["a"]) + Shop.counted("c", needs: ["restore-orders"])
      + Shop.counted("gate", needs: ["b", "c"], then: gate)
      + Shop.verifyOrders.replacing("[restore-orders]", with: "[gate]")
  }

  private func failed(_ shop: Shop) async throws {
    try shop.plan(Self.steps())
    try await shop.backUp()
    try await shop.sql("delete from orders where id > 5")
    try #require(try await shop.recover().status == 1)
    try #require(shop.ran.sorted() == ["a", "b", "c", "gate"])
    try FileManager.default.removeItem(atPath: shop.session.path("ran"))
    try shop.touch("mended")
  }

  @Test func aChangedStepAndAllThatDependOnItRunAgainAndNothingElse() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      try shop.plan(Self.steps(a: "changed"))
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["a", "b", "gate"])
      #expect(result.errorText.contains("was edited since the run began"), "\(result)")
      #expect(result.errorText.contains("a: runs again: its definition changed"), "\(result)")
      #expect(result.errorText.contains("b: runs again: it depends on `a`, which runs again"), "\(result)")
      let resumption = try result.json()["resumptions"][0]
      #expect(resumption["planChanged"] == .bool(true))
      #expect(resumption["reruns"].first("step", "a")["reason"].string == "its definition changed")
      #expect(try result.json()["steps"].first("id", "restore-orders")["attempts"].number == 1)
      try await shop.requireIntact()
    }
  }

  @Test func anEditThatChangesNoStepRunsNothingAgain() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      try shop.session.write("# for the night shift\n" + shop.session.read("plan.yaml"), to: "plan.yaml")
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["gate"])
      #expect(result.errorText.contains("was edited since"), "\(result)")
    }
  }

  @Test func theStepThatFailedMayBeMendedInThePlan() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      try shop.plan(Self.steps(gate: "true"))
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["gate"])
    }
  }

  @Test func aNewStepRuns() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      try shop.plan(Self.steps() + Shop.counted("added", needs: ["verify"]))
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["gate", "added"])
    }
  }

  @Test func aRemovedStepThatRanIsRefusedAndTheKeptTextCarriesOn() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      try shop.plan(
        Self.steps().replacing(Shop.counted("c", needs: ["restore-orders"]), with: "")
          .replacing("[b, c]", with: "[b]"))
      let journal = shop.journals()
      let refused = try await shop.resume()
      #expect(refused.status == 2, "\(refused)")
      let error = try refused.json()["error"]
      #expect(
        error["message"].string?.hasSuffix("step `c` has run and is not in the plan any more") == true,
        "\(refused)")
      #expect(error["remedy"].string?.contains("--as-run") == true, "\(refused)")
      #expect(shop.journals() == journal && shop.ran.isEmpty)
      let result = try await shop.resume("--as-run")
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["gate"])
      try await shop.requireIntact()
    }
  }

  @Test func aPlanOfAnotherNameIsRefused() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      try shop.session.write(
        shop.session.read("plan.yaml").replacing("name: shop", with: "name: store"), to: "plan.yaml")
      try await shop.requireRefused(
        ["resume", "latest"], "is the plan `store` now; the run is one of `shop`")
    }
  }

  @Test func aPlanThatIsBrokenNowIsRefusedWithItsFindings() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      try shop.session.write(shop.session.read("plan.yaml") + "oops: 1\n", to: "plan.yaml")
      try await shop.requireRefused(["resume", "latest"], "DRP101")
      let result = try await shop.resume("--as-run")
      #expect(result.status == 0, "\(result)")
    }
  }

  @Test func withoutItsPlanARunGoesOnWithTheTextItKept() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      try FileManager.default.removeItem(atPath: shop.session.path("plan.yaml"))
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["gate"])
      #expect(try await shop.orders() == 20)
      #expect(!shop.session.exists("plan.yaml"))
    }
  }

  @Test func aDatabaseThatMovedIsRestoredAtItsNewPlace() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      try await shop.sql("create table orders(id integer primary key, total int)", file: "other/orders.db")
      try shop.plan(Self.steps(), data: "other")
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(result.errorText.contains("restore-orders: runs again: its definition changed"), "\(result)")
      #expect(try await shop.orders(in: "other/orders.db") == 20)
      #expect(shop.ran.sorted() == ["a", "b", "c", "gate"])
      #expect(try await shop.orders() == 20)
      try await shop.requireIntact()
      // Both places were changed by this run, so both go back.
      let rolledBack = try await shop.session.drplan("rollback", "latest")
      #expect(rolledBack.text.hasPrefix("Rolled back"), "\(rolledBack)")
      #expect(try await shop.orders(in: "other/orders.db") == 0)
      #expect(try await shop.orders() == 5)
    }
  }

  @Test func aPlaceThatTheRunChangedStaysLockedForItAfterTheDatabaseMoved() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      let run = try shop.lastRun()
      try shop.plan(
        Shop.step("wait", "touch waiting; while [ ! -e go ]; do sleep 0.02; done")
          + Shop.restoreOrders.replacing("needs: []", with: "needs: [wait]") + Shop.verifyOrders,
        name: "other")
      let other = try shop.session.start(["run", "other.yaml"])
      try #require(await CLIDeadline.holds { shop.session.exists("waiting") || other.hasEnded })
      try shop.plan(Self.steps(), data: "moved")
      for verb in ["resume", "rollback"] {
        let result = try await shop.session.drplan(verb, run)
        #expect(result.status == 11, "\(result)")
        #expect(result.errorText.contains(shop.session.path("data/orders.db")), "\(result)")
      }
      try shop.touch("go")
      _ = try await other.wait()
    }
  }
}
