import BackendKit
import DrplanTestKit
import HostSystem
import RunEvents
import Testing
import Values

@testable import Backends

@Suite struct NotifyStakeholdersTests {
  private static let marker = "T0P-S3CRET"
  private let folder: ScratchFolder
  private let step = OpsStep()

  init() throws { folder = try ScratchFolder() }

  private func notify(_ channels: JSONValue, _ message: String = "declared", attach: Bool = false) throws
    -> NotifyStakeholders
  {
    var keys: [JSONValue.Member] = [.init("channels", channels), .init("message", .string(message))]
    if attach { keys.append(.init("attach", "Report")) }
    return NotifyStakeholders(try OpsKeys.record(NotifyStakeholders.declaration, .object(keys)))
  }

  private func webhook(timeout: String = "10s") throws -> WebhookChannel {
    WebhookChannel(
      try OpsKeys.record(WebhookChannel.declaration, ["url": "${secrets.hook}", "timeout": .string(timeout)]))
  }

  private func file() throws -> FileChannel {
    FileChannel(try OpsKeys.record(FileChannel.declaration, ["path": .string(folder.file("messages"))]))
  }

  private func hook(_ server: HTTPTestServer) -> [String: String] { ["hook": server.url("/\(Self.marker)")] }

  @Test func everyChannelIsToldAndOnRecord() async throws {
    let server = try HTTPTestServer(.answer(200))
    defer { server.stop() }
    let context = try step.context(
      folder, step: "announce", channels: ["record": try file(), "room": try webhook()],
      secrets: hook(server),
      values: ["${run.mode}": "recovery"])
    let result = try await notify(["room", "record"], "Orders ${run.mode} declared.", attach: true).run(
      context)
    #expect(result.outputs == ["delivered": "room, record"])
    #expect(step.notifications.map(\.channel.text) == ["record", "room"])
    #expect(step.notifications.allSatisfy { $0.delivered && $0.error == nil })
    let body = try #require(server.requests.first?.body)
    #expect(body.contains("\"message\":\"Orders recovery declared.\""))
    #expect(body.contains("\"report\":\"the report\""))
    #expect(body.contains("\"id\":\"20261120T031502Z-orders-7f3a/announce/room\""))
    #expect(folder.text("messages").contains("20261120T031502Z-orders-7f3a/announce/record"))
  }

  @Test func aFailureThatMayPassIsTriedAgainWithTheSameId() async throws {
    let server = try HTTPTestServer(.answer(503), .reset, .answer(200))
    defer { server.stop() }
    let context = try step.context(folder, channels: ["room": try webhook()], secrets: hook(server))
    _ = try await notify(["room"]).run(context)
    #expect(server.requests.count == 3)
    #expect(Set(server.requests.map { $0.headers["idempotency-key"] }).count == 1)
    #expect(step.notifications.map(\.delivered) == [true])
  }

  @Test func aRefusalIsSentOnce() async throws {
    let server = try HTTPTestServer(.answer(404))
    defer { server.stop() }
    let context = try step.context(folder, channels: ["room": try webhook()], secrets: hook(server))
    let action = try notify(["room"])
    let failure = await #expect(throws: StepFailure.self) { try await action.run(context) }
    #expect(
      failure?.message == "1 of 1 channels did not take the message: `room`: the webhook answered 404")
    #expect(failure?.isRetryable == false)
    #expect(server.requests.count == 1)
  }

  @Test func anotherAttemptTellsOnlyThoseWhoDidNotHear() async throws {
    let server = try HTTPTestServer(.answer(500), .answer(500), .answer(500), .answer(200))
    defer { server.stop() }
    let channels: [String: any Channel] = ["record": try file(), "room": try webhook()]
    let action = try notify(["record", "room"])
    let first = try step.context(folder, channels: channels, secrets: hook(server))
    let failure = await #expect(throws: StepFailure.self) { try await action.run(first) }
    #expect(failure?.isRetryable == true)
    let second = try step.context(folder, attempt: 2, channels: channels, secrets: hook(server))
    let result = try await action.run(second)
    #expect(result.outputs == ["delivered": "record, room"])
    #expect(folder.lines("messages").count == 1)
    #expect(step.notifications.map(\.delivered) == [true, false, true])
  }

  @Test func afterACrashOnlyThoseAreToldWhoDidNotHear() async throws {
    let channels: [String: any Channel] = ["record": try file()]
    _ = try await notify(["record"]).run(try step.context(folder, channels: channels))
    let earlier = step.recorded
    // Another process: an action that remembers nothing itself.
    let result = try await notify(["record"]).run(
      try step.context(folder, channels: channels, earlier: earlier))
    #expect(result.outputs == ["delivered": "record"])
    #expect(folder.lines("messages").count == 1)
  }

  @Test func aRunThatEndedAndIsResumedHasOtherNews() async throws {
    let channels: [String: any Channel] = ["record": try file()]
    _ = try await notify(["record"]).run(try step.context(folder, channels: channels))
    for _ in 1...2 {
      _ = try await notify(["record"]).run(
        try step.context(folder, channels: channels, earlier: step.recorded, round: 2))
    }
    #expect(folder.lines("messages").count == 2)
    #expect(folder.lines("messages").last?.contains("/the-step/record/2") == true)
  }

  @Test(arguments: [HTTPTestServer.Behaviour.hang, .slow(200, milliseconds: 200), .answer(503), .reset])
  func triesStayWithinTheStepsTime(behaviour: HTTPTestServer.Behaviour) async throws {
    let server = try HTTPTestServer(behaviour)
    defer { server.stop() }
    let context = try step.context(
      folder, timeLimit: .milliseconds(900),
      channels: ["record": try file(), "room": try webhook(timeout: "1h")],
      secrets: hook(server))
    let action = try notify(["room", "record"])
    let failure = await #expect(throws: StepFailure.self) { try await action.run(context) }
    // It came back by itself, the channel that works was told, and both are on record.
    #expect(failure?.message.hasPrefix("1 of 2 channels did not take the message: `room`: ") == true)
    #expect(step.notifications.map(\.delivered) == [true, false])
  }

  @Test func noRecordHoldsTheAddress() async throws {
    let server = try HTTPTestServer(.answer(500), .reset, .garbage)
    defer { server.stop() }
    let context = try step.context(folder, channels: ["room": try webhook()], secrets: hook(server))
    let action = try notify(["room"])
    let found = await #expect(throws: StepFailure.self) { try await action.run(context) }
    let text = "\(try #require(found)) \(step.recorded)"
    for part in [Self.marker, String(server.port)] { #expect(!text.contains(part)) }
  }

  @Test func aProbeNamesEachChannel() async throws {
    let context = try step.context(folder, channels: ["record": try file(), "room": try webhook()])
    let findings = await (try notify(["record", "room"])).probe(context)
    #expect(findings.map(\.subject) == ["channel `record`", "channel `room`"])
    #expect(findings.map(\.state) == [.checked, .blocked])
  }

  @Test func aSecretMayNotStandInAMessage() {
    let findings = OpsKeys.findings(
      NotifyStakeholders.declaration, ["channels": ["room"], "message": "the key is ${secrets.key}"])
    #expect(findings.count == 1)
  }
}
