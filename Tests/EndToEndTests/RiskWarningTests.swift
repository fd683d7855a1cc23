import DrplanTestKit
import FoundationEssentials
import Testing

/// Runs that say early that they will be too late.
struct RiskWarningTests {
  /// A slow step and a second one before the restore; the steps after the slow one are thought to take a second.
  private func plan(
    _ shop: Shop, rto: String, estimate: String? = "1s", slow: String, second: String = ":"
  ) throws {
    let guess = estimate.map { "estimate: \($0)" } ?? ""
    try shop.plan(
      Shop.counted("slow", then: slow)
        + Shop.counted("second", needs: ["slow"], then: second, more: guess)
        + Shop.restoreOrders.replacing("needs: []", with: "needs: [second]") + Shop.verifyOrders,
      objectives: "{rto: \(rto), rpo: 5m, notifyAtRisk: [log]}",
      sections: "channels: {log: {type: File, path: messages.jsonl}}\n")
  }

  private static let untilTold = "until [ -e messages.jsonl ]; do sleep 0.02; done"

  private func messages(_ shop: Shop) -> [String] {
    shop.session.read("messages.jsonl").split(separator: "\n").map(String.init)
  }

  @Test func theChannelGetsOneMessageWhileTheStepIsStillAtWork() async throws {
    try await Shop.run { shop in
      try plan(shop, rto: "3s", slow: Self.untilTold)
      try await shop.backUp()
      let result = try await shop.recover()
      // There was time left: that is what the warning is for.
      #expect(result.status == 0, "\(result)")
      #expect(messages(shop).count == 1, "\(messages(shop))")
      #expect(messages(shop).first?.contains("The RTO of 3s is at risk: with step slow") == true)
      #expect(messages(shop).first?.contains("/objective.at-risk/log") == true)
      let events = try shop.events(["objective.atrisk", "step.finished", "run.finished"])
      #expect(events.prefix(2) == ["objective.atrisk slow", "step.finished slow"], "\(events)")
      #expect(events.count { $0.hasPrefix("objective.atrisk") } == 1, "\(events)")
      let record = try result.json()
      #expect(record["atRisk"]["step"].string == "slow" && record["atRisk"]["basis"].string == "Estimates")
      #expect(try #require(record["atRisk"]["forecastSeconds"].number) >= 3)
      #expect(record["warnings"].list.contains { $0.string?.contains("because of step `slow`") == true })
      #expect(record["notifications"].list.count == 1, "\(record["notifications"])")
      #expect(result.errorText.contains("is at risk"), "\(result)")
      try await shop.requireIntact()
      let report = try await shop.session.drplan("runs", "report", "latest")
      #expect(report.text.contains("was forecast to take"), "\(report)")
    }
  }

  @Test func aMissedObjectiveWasWarnedOfOnce() async throws {
    try await Shop.run { shop in
      try plan(shop, rto: "2s", slow: Self.untilTold, second: "sleep 1.5")
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 3, "\(result)")
      #expect(messages(shop).count == 1, "\(messages(shop))")
      #expect(try shop.events(["objective.atrisk"]).count == 1)
    }
  }

  @Test func withTimeEnoughNobodyIsTold() async throws {
    try await Shop.run { shop in
      try plan(shop, rto: "15m", slow: ":")
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      #expect(messages(shop).isEmpty)
      #expect(try shop.events(["objective.atrisk", "run.notified"]).isEmpty)
      #expect(try result.json()["atRisk"] == .null)
    }
  }

  @Test func whatEarlierRunsTookCountsMoreThanAnEstimate() async throws {
    try await Shop.run { shop in
      try plan(shop, rto: "15m", estimate: "1ms", slow: "sleep 2", second: "sleep 2")
      try await shop.backUp()
      try #require(try await shop.recover().status == 0)
      try plan(shop, rto: "3s", estimate: "1ms", slow: "sleep 2", second: "sleep 2")
      let result = try await shop.recover()
      #expect(result.status == 3, "\(result)")
      let risk = try result.json()["atRisk"]
      #expect(risk["basis"].string == "History", "\(risk)")
      // Told as the run begins, not when it is late.
      #expect(try #require(risk["forecastSeconds"].number) >= 4)
      let events = try shop.events(["objective.atrisk", "step.finished"])
      #expect(events.first == "objective.atrisk slow", "\(events)")
      #expect(messages(shop).count == 1)
    }
  }

  @Test func aRunThatIsCarriedOnDoesNotTellItTwice() async throws {
    try await Shop.run { shop in
      try plan(shop, rto: "2s", slow: Self.untilTold + "; test -e mended")
      try await shop.backUp()
      try #require(try await shop.recover().status == 1)
      try shop.touch("mended")
      let result = try await shop.resume()
      #expect([0, 3].contains(result.status), "\(result)")
      #expect(messages(shop).count == 1)
      #expect(try shop.events(["objective.atrisk"]).count == 1)
    }
  }

  @Test func aChannelThatCannotBeToldIsOnRecordAndFailsNothing() async throws {
    try await Shop.run { shop in
      try plan(
        shop, rto: "3s",
        slow: "until grep -qs objective.atrisk state/runs/*/journal.jsonl; do sleep 0.02; done")
      let text = shop.session.read("plan.yaml")
      try shop.session.write(
        text.replacing("path: messages.jsonl", with: "path: nowhere/messages.jsonl"), to: "plan.yaml")
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      #expect(try result.json()["notifications"][0]["delivered"] == .bool(false), "\(result)")
      #expect(result.errorText.contains("channel log not told"), "\(result)")
      let warnings = try result.json()["warnings"].list.compactMap(\.string)
      #expect(warnings.contains { $0.contains("channel `log` was not told that the RTO was at risk") })
    }
  }
}
