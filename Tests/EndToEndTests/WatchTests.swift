import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// Checks that go on being made after the recovery.
struct WatchTests {
  private static func check(_ watch: String, more: String = "") -> String {
    "        - {id: steady, type: Command, command: [sh, -c, \"test ! -e broken\"], watch: \(watch)\(more)}\n"
  }

  private func plan(
    _ shop: Shop, _ watch: String, after script: String = ":", repair: String = "", more: String = ""
  ) async throws {
    try shop.plan(
      Shop.restoreOrders + (repair.isEmpty ? "" : Shop.counted("mend", then: repair)) + Shop.verifyOrders
        + Self.check(watch, more: (repair.isEmpty ? "" : ", repair: [mend]") + more)
        + Shop.counted("after", needs: ["verify"], then: script) + "\nfinally:\n" + Shop.counted("close"))
    try await shop.backUp()
  }

  private func watch(_ record: CLIJSON) -> CLIJSON { record["steps"].first("id", "verify")["watch"] }

  /// Whether the last run's journal has an event with these words.
  private func isOnRecord(_ shop: Shop, _ words: String) -> Bool {
    shop.journals().last?.contains(words) == true
  }

  @Test func theStepsAfterItAndTheRecoveryTimeDoNotWait() async throws {
    try await Shop.run { shop in
      try await plan(shop, "{for: 2s, every: 200ms}")
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      let record = try result.json()
      let watch = watch(record)
      #expect(watch["checks"].list == [.string("steady")] && watch["passed"] == .bool(true), "\(watch)")
      #expect((watch["findings"].list.last?["looks"].number ?? 0) >= 2, "\(watch)")
      let events = try shop.events(["step.finished", "watch.started", "watch.finished", "run.finished"])
      let names = events.filter { !$0.hasSuffix("restore-orders") }
      #expect(
        names == [
          "step.finished verify", "watch.started verify", "step.finished after", "watch.finished verify",
          "step.finished close", "run.finished",
        ], "\(events)")
      let rto = record["objectives"]["rto"]
      let restored =
        try #require(rto["actualSeconds"].number) - (try #require(rto["beforeRunSeconds"].number))
      // The watch is a part of the run and none of the recovery; figures are rounded to milliseconds.
      #expect(try #require(record["seconds"].number) > restored + 1.99)
      try await shop.requireIntact()
    }
  }

  @Test func aRelapseIsFoundAndOnRecordAndTheRunEnds4() async throws {
    try await Shop.run { shop in
      try await plan(shop, "{for: 2s, every: 100ms}", after: "touch broken")
      let result = try await shop.recover()
      #expect(result.status == 4, "\(result)")
      let record = try result.json()
      #expect(record["result"].string == "RecoveredWithExceptions")
      #expect(watch(record)["passed"] == .bool(false), "\(watch(record))")
      #expect(
        watch(record)["findings"].list.contains { $0["check"]["state"].string == "Failed" },
        "\(watch(record))")
      #expect(record["objectives"]["rto"]["verdict"].string == "Met")
      for format in ["text", "markdown"] {
        let report = try await shop.session.drplan("runs", "report", "latest", "--format", format)
        #expect(report.text.contains("steady") && report.text.lowercased().contains("watch"), "\(report)")
      }
    }
  }

  @Test func aRelapseThatPassesAgainByItselfIsOnRecordAndNoException() async throws {
    try await Shop.run { shop in
      try await plan(
        shop, "{for: 3s, every: 50ms}",
        after:
          "touch broken; until grep -q watched.*Failed state/runs/*/journal.jsonl; do sleep 0.02; done; rm broken"
      )
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      let states = watch(try result.json())["findings"].list.compactMap { $0["check"]["state"].string }
      #expect(states.contains("Failed") && states.last == "Passed", "\(states)")
    }
  }

  @Test func aRelapseThatIsRepairedIsNoException() async throws {
    try await Shop.run { shop in
      try await plan(shop, "{for: 2s, every: 100ms}", after: "touch broken", repair: "rm broken")
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      #expect(shop.ran == ["after", "mend", "close"])
      let record = try result.json()
      #expect(record["result"].string == "Recovered")
      #expect(watch(record)["passed"] == .bool(true))
      #expect(watch(record)["findings"].list.contains { $0["check"]["state"].string == "Failed" })
      #expect(try shop.events(["repair.started"]) == ["repair.started verify"])
      try await shop.requireIntact()
    }
  }

  @Test func aRepairInAWatchIsProvenByTheCheckAlsoAtItsLastLook() async throws {
    try await Shop.run { shop in
      // One look, at the end; the repair repairs nothing.
      try await plan(shop, "{for: 1s, every: 1s}", after: "touch broken", repair: ":")
      let result = try await shop.recover()
      #expect(result.status == 4, "\(result)")
      #expect(shop.ran == ["after", "mend", "mend", "close"])
      #expect(watch(try result.json())["passed"] == .bool(false))
    }
  }

  @Test func aCheckThatIsOnlyARemarkIsWatchedToItsEnd() async throws {
    try await Shop.run { shop in
      try await plan(
        shop, "{for: 2s, every: 100ms}", after: "touch broken", repair: "rm broken", more: ", required: false"
      )
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      let found = watch(try result.json())
      #expect((found["findings"].list.last?["looks"].number ?? 0) > 3, "\(found)")
    }
  }

  @Test func ctrlCEndsAWatchAndTheRecordSaysSo() async throws {
    try await Shop.run { shop in
      try await plan(shop, "{for: 10m, every: 50ms}")
      let run = try shop.session.start(["run", "plan.yaml", "--format", "json"])
      try #require(await CLIDeadline.holds { shop.ran == ["after"] || run.hasEnded })
      try #require(await CLIDeadline.holds { isOnRecord(shop, "watched") || run.hasEnded })
      run.signal(SIGINT)
      let result = try await run.wait()
      let record = try result.json()
      #expect(result.status == 130, "\(result)")
      #expect(record["result"].string == "Interrupted")
      #expect(shop.ran == ["after", "close"])
      #expect(watch(record)["reason"].string?.contains("not watched to its end") == true, "\(watch(record))")
      #expect(record["objectives"]["rto"]["verdict"].string == "Met")
      try await shop.requireIntact()
    }
  }

  @Test func aKilledRunWatchesOnWhenItIsCarriedOn() async throws {
    try await Shop.run { shop in
      try await plan(shop, "{for: 2s, every: 100ms}")
      let run = try shop.session.start(["run", "plan.yaml"])
      try #require(await CLIDeadline.holds { isOnRecord(shop, "watched") || run.hasEnded })
      run.signal(SIGKILL)
      #expect(try await run.wait().status == 128 + SIGKILL)
      try shop.touch("broken")
      let result = try await shop.resume()
      #expect(result.status == 4, "\(result)")
      #expect(watch(try result.json())["passed"] == .bool(false))
      try await shop.requireIntact()
    }
  }

  @Test func aPauseLosesNoRelapse() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders + Shop.verifyOrders + Self.check("{for: 1s, every: 50ms}")
          + Shop.counted(
            "after", needs: ["verify"],
            then:
              "test -e mended && exit 0; touch broken; until grep -q watched.*Failed state/runs/*/journal.jsonl; do sleep 0.02; done; exit 1",
            more: "onFailure: Pause"))
      try await shop.backUp()
      let paused = try await shop.recover()
      try #require(paused.status == 5, "\(paused)")
      #expect(watch(try paused.json())["reason"].string?.contains("not watched to its end") == true)
      try shop.touch("mended")
      let result = try await shop.resume()
      #expect(result.status == 4, "\(result)")
      #expect(watch(try result.json())["passed"] == .bool(false))
      #expect(try shop.events(["watch.started"]).count == 2)
      try await shop.requireIntact()
    }
  }

  @Test func aWatchThatCtrlCEndedBeginsAnewWhenTheRunIsCarriedOn() async throws {
    try await Shop.run { shop in
      try await plan(shop, "{for: 2s, every: 50ms}")
      let run = try shop.session.start(["run", "plan.yaml", "--format", "json"])
      try #require(await CLIDeadline.holds { isOnRecord(shop, "watched") || run.hasEnded })
      run.signal(SIGINT)
      try #require(try await run.wait().status == 130)
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      let found = watch(try result.json())
      #expect(found["passed"] == .bool(true) && found["reason"] == .null, "\(found)")
      #expect(try #require(found["findings"].list.last?["looks"].number) >= 2)
      #expect(shop.ran == ["after", "close", "close"])
    }
  }
}
