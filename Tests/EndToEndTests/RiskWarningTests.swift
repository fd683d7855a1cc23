import DrplanTestKit
import FoundationEssentials
import Testing

/// Runs that say early that they will be too late.
struct RiskWarningTests {
  private func plan(_ shop: Shop, rto: String, estimate: String? = "10s", script: String = "sleep 1.5") throws
  {
    let guess = estimate.map { "estimate: \($0)" } ?? ""
    try shop.plan(
      Shop.counted("slow", then: script, more: guess)
        + Shop.restoreOrders.replacing("needs: []", with: "needs: [slow]") + Shop.verifyOrders,
      objectives: "{rto: \(rto), rpo: 5m, notifyAtRisk: [log]}",
      sections: "channels: {log: {type: File, path: messages.jsonl}}\n")
  }

  private func messages(_ shop: Shop) -> [String] {
    shop.session.read("messages.jsonl").split(separator: "\n").map(String.init)
  }

  @Test func theChannelGetsOneMessageWhileTheStepIsStillAtWork() async throws {
    try await Shop.run { shop in
      try plan(
        shop, rto: "2s",
        script:
          "touch running; until [ -e messages.jsonl ]; do sleep 0.02; done; sleep 2; cp messages.jsonl told")
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 3, "\(result)")
      #expect(shop.session.read("told") == shop.session.read("messages.jsonl"))
      #expect(messages(shop).count == 1, "\(messages(shop))")
      #expect(messages(shop).first?.contains("The RTO of 2s is at risk") == true, "\(messages(shop))")
      #expect(messages(shop).first?.contains("/objective.at-risk/log") == true)
      let events = try shop.events(["objective.atrisk", "step.finished", "run.finished", "run.notified"])
      #expect(events.first?.hasPrefix("objective.atrisk") == true, "\(events)")
      #expect(events.count { $0.hasPrefix("objective.atrisk") } == 1, "\(events)")
      let record = try result.json()
      #expect(record["atRisk"]["step"].string == "slow" && record["atRisk"]["basis"].string == "Estimates")
      #expect(try #require(record["atRisk"]["forecastSeconds"].number) > 2)
      #expect(record["warnings"].list.contains { $0.string?.contains("at risk") == true }, "\(record)")
      #expect(record["notifications"].list.count == 1, "\(record["notifications"])")
      #expect(result.errorText.contains("is at risk"), "\(result)")
      try await shop.requireIntact()
    }
  }

  @Test func aStepThatHangsIsWarnedOfTooWithoutAnyEstimate() async throws {
    try await Shop.run { shop in
      try plan(
        shop, rto: "1s", estimate: nil,
        script: "until [ -e messages.jsonl ]; do sleep 0.02; done")
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 3, "\(result)")
      #expect(messages(shop).count == 1)
    }
  }

  @Test func withTimeEnoughNobodyIsTold() async throws {
    try await Shop.run { shop in
      try plan(shop, rto: "15m", script: ":")
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
      try plan(shop, rto: "15m", estimate: "1ms", script: "sleep 3")
      try await shop.backUp()
      try #require(try await shop.recover().status == 0)
      try plan(shop, rto: "2s", estimate: "1ms", script: "sleep 3")
      let result = try await shop.recover()
      #expect(result.status == 3, "\(result)")
      let risk = try result.json()["atRisk"]
      #expect(risk["basis"].string == "History", "\(risk)")
      #expect(try #require(risk["forecastSeconds"].number) >= 3)
      #expect(messages(shop).count == 1)
    }
  }

  @Test func aRunThatIsCarriedOnDoesNotTellItTwice() async throws {
    try await Shop.run { shop in
      try plan(shop, rto: "1s", script: "until [ -e messages.jsonl ]; do sleep 0.02; done; test -e mended")
      try await shop.backUp()
      try #require(try await shop.recover().status == 1)
      try shop.touch("mended")
      let result = try await shop.resume()
      #expect(result.status == 3, "\(result)")
      #expect(messages(shop).count == 1)
      #expect(try shop.events(["objective.atrisk"]).count == 1)
    }
  }

  @Test func aChannelThatCannotBeToldIsOnRecordAndFailsNothing() async throws {
    try await Shop.run { shop in
      try plan(shop, rto: "1s", script: "sleep 1.2")
      let text = shop.session.read("plan.yaml")
      try shop.session.write(
        text.replacing("path: messages.jsonl", with: "path: nowhere/messages.jsonl"), to: "plan.yaml")
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 3, "\(result)")
      #expect(try result.json()["notifications"][0]["delivered"] == .bool(false), "\(result)")
      #expect(result.errorText.contains("channel log not told"), "\(result)")
    }
  }
}
