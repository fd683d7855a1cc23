import BackendKit
import DrplanTestKit
import HostSystem
import RunEvents
import Testing
import Values

@testable import Backends

/// The checks that look at services and programs.
@Suite struct HostCheckTests {
  private let here: CheckSituation

  init() throws { here = try CheckSituation() }

  @Test func httpJudgesStatusAndBody() async throws {
    let server = try HTTPTestServer(.answer(200, body: "order 4711"))
    defer { server.stop() }
    for (keys, passes) in [
      ("", true), (", status: 204", false), (", contains: \"r 47\"", true), (", contains: none", false),
      (", matches: \"order [0-9]+$\"", true), (", matches: \"^[0-9]\"", false),
    ] {
      let outcome = try await http(server.url(), keys).run(here.context())
      #expect(outcome.passed == passes, "\(keys): \(outcome)")
    }
  }

  @Test func httpAsksAgainUntilTheAnswerIsRight() async throws {
    let server = try HTTPTestServer(.answer(503), .close, .answer(200))
    defer { server.stop() }
    let outcome = try await http(server.url(), ", within: 2m").run(here.context())
    #expect(outcome == CheckOutcome(passed: true, expected: "status 200", actual: "status 200"))
    #expect(server.requests.count == 3)
  }

  @Test func noAnswerFailsHTTP() async throws {
    let server = try HTTPTestServer(.reset)
    defer { server.stop() }
    let outcome = try await http(server.url()).run(here.context())
    #expect(!outcome.passed)
    #expect(outcome.actual.hasPrefix("no answer: "))
  }

  @Test func aSecretReachesTheServerAndNoText() async throws {
    let server = try HTTPTestServer(.answer(401))
    defer { server.stop() }
    let check = try http(
      server.url(), ", authorization: \"${secrets.token}\", headers: {X-Run: \"${run.id}\"}")
    let outcome = try await check.run(
      here.context(values: ["${run.id}": "r1"], secrets: ["token": "Bearer s3cret"]))
    #expect(server.requests.first?.headers["authorization"] == "Bearer s3cret")
    #expect(server.requests.first?.headers["x-run"] == "r1")
    #expect(!"\(outcome)".contains("s3cret"))
  }

  @Test func aSecretThatTheAnswerRepeatsIsNotShown() async throws {
    let body = "you sent Bearer s3cret-token " + String(repeating: "x", count: 160) + " s3cret-token"
    let server = try HTTPTestServer(.answer(200, body: body))
    defer { server.stop() }
    let check = try http(server.url(), ", contains: none, authorization: \"${secrets.token}\"")
    let outcome = try await check.run(here.context(secrets: ["token": "Bearer s3cret-token"]))
    #expect(outcome.actual.contains("you sent ***"))
    #expect(!outcome.actual.contains("s3c"))
  }

  @Test func tcpHoldsTheContract() async throws {
    let server = try HTTPTestServer(.close)
    defer { server.stop() }
    let check = TCPCheck(try DataKeys.record(TCPCheck.declaration, "{port: \(server.port)}"))
    #expect(try await check.run(here.context()).passed)
    // Port 1 of the loopback: nothing listens there on any machine that runs tests.
    let closed = TCPCheck(try DataKeys.record(TCPCheck.declaration, "{port: 1}"))
    let outcome = try await closed.run(here.context())
    #expect(!outcome.passed)
    #expect(outcome.expected == "a connection to `127.0.0.1:1`")
  }

  @Test func commandHoldsTheContract() async throws {
    let check = CommandCheck(
      try DataKeys.record(
        CommandCheck.declaration, "{command: [sh, -c, \"exit ${run.status}\"], exitCode: 3}"))
    try await CheckContract(
      check, right: here.context(values: ["${run.status}": "3"]),
      wrong: here.context(values: ["${run.status}": "4"]),
      impossible: here.context()
    ).holds()
  }

  @Test func commandShowsWhatWasSaid() async throws {
    let check = try command("[sh, -c, \"echo out; echo err >&2; exit 1\"]")
    let outcome = try await check.run(here.context())
    #expect(
      outcome == CheckOutcome(passed: false, expected: "exit status 0", actual: "exit status 1: err | out"))
  }

  @Test func commandJudgesItsOutput() async throws {
    #expect(try await command("[echo, 42 orders]", ", stdout: \"^42 \"").run(here.context()).passed)
    #expect(try await !command("[echo, 41 orders]", ", stdout: \"^42 \"").run(here.context()).passed)
  }

  @Test func aProgramThatIsNotThereOrTakesTooLongIsNoOutcome() async throws {
    let missing = await #expect(throws: StepFailure.self) {
      try await command("[no-such-program-here]").run(here.context())
    }
    #expect(missing?.isRetryable == false)
    let slow = await #expect(throws: StepFailure.self) {
      try await command("[sleep, \"600\"]", ", timeout: 10ms").run(here.context())
    }
    #expect(slow?.code == .timeout)
  }

  private func http(_ url: String, _ more: String = "") throws -> HTTPCheck {
    HTTPCheck(try DataKeys.record(HTTPCheck.declaration, "{url: \"\(url)\"\(more)}"))
  }

  private func command(_ arguments: String, _ more: String = "") throws -> CommandCheck {
    CommandCheck(try DataKeys.record(CommandCheck.declaration, "{command: \(arguments)\(more)}"))
  }
}
