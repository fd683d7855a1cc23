import BackendKit
import DrplanTestKit
import FoundationEssentials
import RunEvents
import Testing
import Values

@testable import Backends

@Suite struct WebhookChannelTests {
  /// What must never be seen of an address or header.
  private static let marker = "T0P-S3CRET"

  private func channel(_ keys: JSONValue = ["url": "${secrets.hook}"]) throws -> WebhookChannel {
    WebhookChannel(try OpsKeys.record(WebhookChannel.declaration, keys))
  }

  private func secrets(_ server: HTTPTestServer) -> GivenSecrets {
    GivenSecrets(["hook": server.url("/hooks/\(Self.marker)"), "token": "Bearer \(Self.marker)"])
  }

  private func failure(_ server: HTTPTestServer, timeout: String = "10s") async throws -> StepFailure? {
    let channel = try channel(["url": "${secrets.hook}", "timeout": .string(timeout)])
    return await #expect(throws: StepFailure.self) {
      try await channel.send(ChannelContract.notification("declared"), secrets: secrets(server))
    }
  }

  @Test func holdsTheContractOfChannels() async throws {
    let server = try HTTPTestServer(.answer(202))
    defer { server.stop() }
    try await ChannelContract(try channel(), secrets: secrets(server)) { server.requests.map(\.body) }.holds()
  }

  @Test func aMessageIsAnEventWithTheSameIdAsItsKey() async throws {
    let server = try HTTPTestServer(.answer(200))
    defer { server.stop() }
    let channel = try channel(["url": "${secrets.hook}", "headers": ["Authorization": "${secrets.token}"]])
    let notification = ChannelContract.notification("declared", mode: .drill, report: "all well")
    try await channel.send(notification, secrets: secrets(server))
    let request = try #require(server.requests.first)
    #expect(request.method == "POST")
    #expect(request.path == "/hooks/\(Self.marker)")
    #expect(request.headers["authorization"] == "Bearer \(Self.marker)")
    #expect(request.headers["idempotency-key"] == notification.id)
    #expect(request.headers["content-type"] == "application/cloudevents+json; charset=utf-8")
    let event = try JSONDecoder().decode(Event.self, from: Data(request.body.utf8))
    #expect(event.id == notification.id)
    #expect(event.type == "dev.drplan.notification.v1")
    #expect(
      event.data == [
        "run": "20261120T031502Z-orders-7f3a", "plan": "orders", "mode": "drill", "step": "announce",
        "message": "[DRILL] declared", "report": "all well",
      ])
  }

  @Test(arguments: [500, 503, 408, 429]) func aServerInTroubleIsTriedAgain(status: Int) async throws {
    let server = try HTTPTestServer(.answer(status, body: "echo of /hooks/\(Self.marker)"))
    defer { server.stop() }
    let failure = try await failure(server)
    #expect(failure?.isRetryable == true)
    #expect(failure?.message == "the webhook answered \(status)")
  }

  @Test(arguments: [400, 401, 404, 410]) func aRefusalIsNotTriedAgain(status: Int) async throws {
    let server = try HTTPTestServer(.answer(status))
    defer { server.stop() }
    #expect(try await failure(server)?.isRetryable == false)
  }

  @Test func aRedirectIsNotFollowed() async throws {
    let server = try HTTPTestServer(.redirect(to: "/elsewhere/\(Self.marker)"))
    defer { server.stop() }
    let failure = try await failure(server)
    #expect(failure?.message == "the webhook answered 302, a redirect, which is not followed")
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [
    HTTPTestServer.Behaviour.hang, .reset, .close, .garbage, .slow(200, milliseconds: 20),
    .answer(500, body: "\(marker)"), .answer(404, body: "no such hook \(marker)"),
    .redirect(to: "/\(marker)"),
  ]) func noFailureHoldsAnyPartOfTheAddress(behaviour: HTTPTestServer.Behaviour) async throws {
    let server = try HTTPTestServer(behaviour)
    defer { server.stop() }
    let failure = try await failure(server, timeout: "500ms")
    let text = "\(try #require(failure))"
    for part in [Self.marker, "127.0.0.1", String(server.port), "hooks"] { #expect(!text.contains(part)) }
  }

  @Test func anAddressThatIsNoneIsNotShown() async throws {
    let channel = try channel()
    let secrets = GivenSecrets(["hook": Self.marker])
    let failure = await #expect(throws: StepFailure.self) {
      try await channel.send(ChannelContract.notification("declared"), secrets: secrets)
    }
    #expect(failure?.isRetryable == false)
    #expect(!"\(try #require(failure))".contains(Self.marker))
    let finding = await channel.probe(secrets: secrets)
    #expect(finding.state == .blocked)
    #expect(!"\(finding)".contains(Self.marker))
  }

  @Test func aProbeIsBlockedWithoutItsSecretOrItsHost() async throws {
    let server = try HTTPTestServer(.answer(200))
    server.stop()
    let channel = try channel()
    #expect(await channel.probe(secrets: GivenSecrets([:])).state == .blocked)
    let isClosed = await Eventually.holds { await channel.probe(secrets: secrets(server)).state == .blocked }
    #expect(isClosed)
  }

  @Test func hostAndPortAreFoundInAnAddress() {
    func address(_ text: String) -> String? {
      HTTPDelivery.address(of: Secret(text)).map { "\($0.host) \($0.port)" }
    }
    #expect(address("https://hooks.example.net/a:b@c/x") == "hooks.example.net 443")
    #expect(address("http://hooks.example.net") == "hooks.example.net 80")
    #expect(address("HTTPS://u:p@[::1]:8443/x?y") == "::1 8443")
    #expect(address("http://[::1]/") == "::1 80")
    #expect(address("http://h:99999/") == nil)
    #expect(address("ftp://h/") == nil)
  }
}

private struct Event: Decodable {
  var id: String
  var type: String
  var data: [String: String]
}
