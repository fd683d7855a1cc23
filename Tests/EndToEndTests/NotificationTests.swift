import DrplanTestKit
import FoundationEssentials
import Glibc
import HostSystem
import Testing

/// Channels that are part of the disaster.
struct NotificationTests {
  private func plan(_ shop: Shop, _ policy: String, timeout: String = "2s") throws {
    try shop.plan(
      """
        - id: announce
          action: NotifyStakeholders
          needs: []
          timeout: \(timeout)
          onFailure: \(policy)
          with: {channels: [room], message: "Orders are being restored."}

      """ + Shop.restoreOrders + Shop.verifyOrders,
      sections: """
        secrets: {hook: {env: HOOK}}
        channels: {room: {type: Webhook, url: "${secrets.hook}"}}

        """)
  }

  @Test func aWebhookThatHangsDelaysNothingBeyondItsStep() async throws {
    try await Shop.run { shop in
      let server = try HTTPTestServer(.hang)
      defer { server.stop() }
      try plan(shop, "Continue")
      try await shop.backUp()
      let result = try await shop.recover(environment: ["HOOK": server.url("/hook")])
      #expect(result.status == 4, "\(result)")
      let record = try result.json()
      #expect(record["steps"].first("id", "announce")["state"].string == "Failed")
      #expect(record["steps"].first("id", "verify")["state"].string == "Succeeded")
      // The recovery did not wait for the two seconds of the announcement.
      let recovered = try #require(record["objectives"]["rto"]["actualSeconds"].number)
      let told = try #require(record["steps"].first("id", "announce")["seconds"].number)
      #expect(recovered < told)
      #expect(!server.requests.isEmpty)
    }
  }

  @Test func aWebhookThatAnswers500IsTriedAgainWithTheSameKey() async throws {
    try await Shop.run { shop in
      let server = try HTTPTestServer(.answer(500), .answer(503), .answer(200))
      defer { server.stop() }
      try plan(shop, "Continue", timeout: "30s")
      try await shop.backUp()
      let result = try await shop.recover(environment: ["HOOK": server.url("/hook")])
      #expect(result.status == 0, "\(result)")
      #expect(server.requests.count == 3)
      #expect(Set(server.requests.map { $0.headers["idempotency-key"] }).count == 1)
      #expect(server.requests[0].headers["idempotency-key"]?.isEmpty == false)
    }
  }

  @Test func aWebhookThatAnswers500ForeverIsAnException() async throws {
    try await Shop.run { shop in
      let server = try HTTPTestServer(.answer(500))
      defer { server.stop() }
      try plan(shop, "Continue", timeout: "10s")
      try await shop.backUp()
      let result = try await shop.recover(environment: ["HOOK": server.url("/hook")])
      #expect(result.status == 4, "\(result)")
      #expect(server.requests.count == 3)
    }
  }

  @Test func aNotificationMayStopARunThatSaysSo() async throws {
    try await Shop.run { shop in
      let server = try HTTPTestServer(.answer(404))
      defer { server.stop() }
      try plan(shop, "Abort")
      try await shop.backUp()
      let result = try await shop.recover(environment: ["HOOK": server.url("/hook")])
      #expect(result.status == 1, "\(result)")
      #expect(try result.json()["result"].string == "Failed")
    }
  }

  @Test func anAnnouncementThatOtherStepsWaitForIsWarnedOf() async throws {
    try await Shop.run { shop in
      try plan(shop, "Continue")
      let text = shop.session.read("plan.yaml")
      try shop.session.write(
        text.replacing("action: RestoreDatabase\n    needs: []", with: "action: RestoreDatabase"),
        to: "plan.yaml")
      let result = try await shop.session.drplan("validate", "plan.yaml")
      #expect(result.text.contains("DRP702"), "\(result)")
    }
  }
}
