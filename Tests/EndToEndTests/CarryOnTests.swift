import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// Runs that are carried on after a pause, a failure, an interruption.
struct CarryOnTests {
  private static let finally = "\nfinally:\n" + Shop.counted("close")

  /// A plan with a step that fails until `mended` is there.
  private func plan(_ shop: Shop, _ policy: String) throws {
    try shop.plan(
      Shop.restoreOrders + Shop.counted("count", needs: ["restore-orders"])
        + Shop.counted("gate", needs: ["count"], then: "test -e mended", more: "onFailure: \(policy)")
        + Shop.verifyOrders.replacing("[restore-orders]", with: "[gate]") + Self.finally)
  }

  /// Runs that plan to its failure.
  private func failed(_ shop: Shop, _ policy: String = "Abort", _ arguments: String...) async throws {
    try plan(shop, policy)
    try await shop.backUp()
    try await shop.sql("delete from orders where id > 5")
    let result = try await shop.session.start(["run", "plan.yaml", "--format", "json"] + arguments).wait()
    try #require(result.status == (policy == "Pause" ? 5 : 1), "\(result)")
  }

  @Test(arguments: [
    ("Pause", ["count", "gate", "gate", "close"]), ("Abort", ["count", "gate", "close", "gate", "close"]),
  ])
  func finishedStepsDoNotRunAgain(_ policy: String, _ ran: [String]) async throws {
    try await Shop.run { shop in
      try await failed(shop, policy)
      let first = try await shop.show()
      try shop.touch("mended")
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ran)
      #expect(try await shop.orders() == 20)
      #expect(shop.session.names(in: "data").count { $0.contains(".before-") } == 1)
      let record = try result.json()
      #expect(record["run"] == first["run"] && record["startedAt"] == first["startedAt"])
      #expect(record["steps"].first("id", "restore-orders")["attempts"].number == 1)
      #expect(record["steps"].first("id", "gate")["attempts"].number == 2)
      #expect(record["resumptions"].list.map { $0["purpose"].string } == ["Resume"])
      #expect(record["resumptions"][0]["planChanged"] == .bool(false))
      #expect(record["result"].string == "Recovered" && record["exitCode"].number == 0)
      try await shop.requireIntact()
      #expect(try await shop.show().without("chain") == record.without("chain"))
    }
  }

  @Test func theClockKeepsItsOriginalStart() async throws {
    try await Shop.run { shop in
      try await failed(shop, "Pause")
      let before = try #require(try await shop.show()["seconds"].number)
      try shop.touch("mended")
      let record = try await shop.resume().json()
      let idle = try #require(record["idleSeconds"].number)
      #expect(idle > 0)
      let actual = try #require(record["objectives"]["rto"]["actualSeconds"].number)
      #expect(actual > before + idle, "\(actual) is not \(before) and \(idle) and more")
    }
  }

  @Test func aDeclarationGivenToTheRunCountsAfterItIsCarriedOn() async throws {
    try await Shop.run { shop in
      try await failed(shop, "Pause", "--declared-at", "2026-01-01T00:00:00Z")
      try shop.touch("mended")
      let result = try await shop.resume()
      #expect(result.status == 3, "\(result)")
      #expect(try result.json()["objectives"]["rto"]["verdict"].string == "Missed")
      #expect(try result.json()["declaredGiven"] == .bool(true))
    }
  }

  @Test func aRunThatFailsAgainCanBeCarriedOnAgain() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      #expect(try await shop.resume().status == 1)
      #expect(try await shop.resume().status == 1)
      try shop.touch("mended")
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["count", "gate", "close", "gate", "close", "gate", "close", "gate", "close"])
      #expect(try result.json()["resumptions"].list.count == 3)
      try await shop.requireIntact()
    }
  }

  @Test func aRunThatWasInterruptedGoesOn() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders + Shop.counted("count", needs: ["restore-orders"])
          + Shop.counted(
            "wait", needs: ["count"], then: "touch running; while [ ! -e go ]; do sleep 0.02; done")
          + Shop.verifyOrders.replacing("[restore-orders]", with: "[wait]") + Self.finally)
      try await shop.backUp()
      try await shop.sql("delete from orders where id > 5")
      let run = try shop.session.start(["run", "plan.yaml"])
      try #require(await CLIDeadline.holds { shop.session.exists("running") || run.hasEnded })
      run.signal(SIGINT)
      #expect(try await run.wait().status == 130)
      try shop.touch("go")
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["count", "wait", "close", "wait", "close"])
      #expect(try await shop.orders() == 20)
      #expect(try result.json()["signal"] == .null)
      try await shop.requireIntact()
    }
  }

  @Test func skipGoesOnWithoutAStepAndEnds4WithTheReason() async throws {
    try await Shop.run { shop in
      try await failed(shop, "Pause")
      let result = try await shop.resume("--skip", "gate", "--reason", "the gate burnt down")
      #expect(result.status == 4, "\(result)")
      let record = try result.json()
      #expect(record["result"].string == "RecoveredWithExceptions")
      #expect(record["steps"].first("id", "gate")["state"].string == "Skipped")
      #expect(
        record["steps"].first("id", "gate")["error"]["message"].string?.contains("the gate burnt down")
          == true)
      #expect(shop.ran == ["count", "gate", "close"])
      let report = try await shop.session.drplan("runs", "report", "latest")
      #expect(report.text.contains("the gate burnt down"), "\(report)")
      try await shop.requireIntact()
    }
  }

  @Test func abortRunsFinallyAndEndsTheRunAsFailed() async throws {
    try await Shop.run { shop in
      try await failed(shop, "Pause")
      try shop.touch("mended")
      let result = try await shop.resume("--abort")
      #expect(result.status == 1, "\(result)")
      #expect(try result.json()["result"].string == "Failed")
      #expect(shop.ran == ["count", "gate", "close"])
      #expect(shop.session.names(in: "state/locks").filter { $0.hasSuffix(".lock") }.count <= 1)
      try await shop.requireIntact()
    }
  }

  @Test func retryOfAFailedStepIsWhatResumeDoesAnyway() async throws {
    try await Shop.run { shop in
      try await failed(shop, "Pause")
      try shop.touch("mended")
      let result = try await shop.resume("--retry", "gate", "--reason", "mended")
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["count", "gate", "gate", "close"])
    }
  }

  @Test func textAndMarkdownReportsTellOfTheResumption() async throws {
    for format in ["text", "markdown"] {
      try await Shop.run { shop in
        try await failed(shop, "Pause")
        try shop.touch("mended")
        let result = try await shop.session.drplan("resume", "latest", "--format", format)
        #expect(result.status == 0, "\(result)")
        #expect(result.text.lowercased().contains("resume by "), "\(result)")
        #expect(result.errorText.contains("resumed by "), "\(result)")
      }
    }
  }

  @Test func eventsOfAResumptionFollowThoseOfTheRun() async throws {
    try await Shop.run { shop in
      try await failed(shop, "Pause")
      let before = try #require(shop.journals().first)
      try shop.touch("mended")
      let result = try await shop.session.drplan("resume", "latest", "--events", "-")
      #expect(result.status == 0, "\(result)")
      #expect(shop.journals() == [before + result.text])
    }
  }
}
