import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// Commands that were under way when drplan was killed: nobody can tell how far they came.
struct UnknownStepTests {
  /// Kills drplan while its command is at work, and then the command.
  private func killed(_ shop: Shop, keys: String = "") async throws {
    try shop.plan(
      Shop.restoreOrders + Shop.counted("count", needs: ["restore-orders"])
        + Shop.counted(
          "switch", needs: ["count"], then: "touch running; while [ ! -e go ]; do sleep 0.02; done",
          with: keys)
        + Shop.verifyOrders.replacing("[restore-orders]", with: "[switch]") + "\nfinally:\n"
        + Shop.counted("close"))
    try await shop.backUp()
    try await shop.sql("delete from orders where id > 5")
    let run = try shop.session.start(["run", "plan.yaml"])
    try #require(await CLIDeadline.holds { shop.session.exists("running") || run.hasEnded })
    run.signal(SIGKILL)
    #expect(try await run.wait().status == 128 + SIGKILL)
    for process in shop.session.processes { kill(process, SIGKILL) }
    try #require(shop.ran == ["count", "switch"])
    try shop.touch("go")
  }

  @Test func aResumedRunStopsAndAsks() async throws {
    try await Shop.run { shop in
      try await killed(shop)
      let result = try await shop.resume()
      #expect(result.status == 5, "\(result)")
      #expect(shop.ran == ["count", "switch"])
      #expect(try result.json()["result"].string == "Waiting")
      #expect(try result.json()["steps"].first("id", "verify")["state"].string != "Succeeded")
      let run = try shop.lastRun()
      let report = try await shop.session.drplan("runs", "report", "latest")
      for answer in ["--retry switch", "--done switch", "--skip switch --reason TEXT", "--abort"] {
        #expect(report.text.contains("drplan resume \(run) \(answer)"), "\(report)")
      }
      let again = try await shop.resume()
      #expect(again.status == 5, "\(again)")
      try await shop.requireIntact()
    }
  }

  @Test(arguments: [
    ("--done", 4 as Int32, ["count", "switch", "close"]),
    ("--retry", 0, ["count", "switch", "switch", "close"]),
    ("--skip", 4, ["count", "switch", "close"]),
  ])
  func anAnswerIsTakenAfterTheQuestionAndBeforeIt(_ answer: String, _ status: Int32, _ ran: [String])
    async throws
  {
    for asksFirst in [true, false] {
      try await Shop.run { shop in
        try await killed(shop)
        if asksFirst { #expect(try await shop.resume().status == 5) }
        let result = try await shop.resume(answer, "switch", "--reason", "looked at it")
        #expect(result.status == status, "\(result)")
        #expect(shop.ran == ran)
        #expect(try await shop.orders() == 20)
        #expect(shop.session.names(in: "data").count { $0.contains(".before-") } == 1)
        #expect(shop.journals()[0].contains("looked at it"))
        try await shop.requireIntact()
      }
    }
  }

  @Test func abortLeavesItUnresolvedAndRunsFinally() async throws {
    try await Shop.run { shop in
      try await killed(shop)
      let result = try await shop.resume("--abort")
      #expect(result.status == 1, "\(result)")
      #expect(shop.ran == ["count", "switch", "close"])
      try await shop.requireIntact()
    }
  }

  @Test func aCommandThatIsSafeToRepeatIsRepeatedUnasked() async throws {
    try await Shop.run { shop in
      try await killed(shop, keys: "rerun: Safe")
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["count", "switch", "switch", "close"])
      try await shop.requireIntact()
    }
  }

  @Test func aStepThatEndedOnRecordIsNotAskedAbout() async throws {
    try await Shop.run { shop in
      try await killed(shop)
      try await shop.requireRefused(["resume", "latest", "--done", "count"], "the step has succeeded")
      try await shop.requireRefused(["resume", "latest", "--done", "verify"], "the step has never begun")
    }
  }
}
