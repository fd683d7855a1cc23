import BackendKit
import Declarations
import Diagnostics
import DrplanTestKit
import Synchronization
import Testing
import Values

@testable import Backends

@Suite struct ReadinessWaitTests {
  private let folder: ScratchFolder
  private let context: ServiceContext

  init() throws {
    folder = try ScratchFolder()
    context = try OpsService.context(folder: folder.path)
  }

  /// A service that a file `running` stands for.
  private func wait(_ probe: Readiness.Probe?, within: Duration, status: JSONValue = ["/bin/true"]) throws
    -> ReadinessWait
  {
    let manager = CommandService(
      try OpsKeys.record(
        CommandService.declaration, ["start": ["/bin/true"], "stop": ["/bin/true"], "status": status]))
    return ReadinessWait(
      binding: ServiceBinding(
        id: context.service, manager: manager,
        readiness: probe.map { Readiness(probe: $0, within: within) }),
      context: context, progress: { _ in })
  }

  @Test func anAddressIsReadyWhenItAnswersWithItsStatus() async throws {
    let server = try HTTPTestServer(.answer(503), .reset, .answer(204))
    defer { server.stop() }
    let wait = try wait(.http(url: server.url("/healthz"), status: 204), within: .seconds(120))
    #expect(try await wait.untilReady() == "`\(server.url("/healthz"))` answered 204")
    #expect(server.requests.count == 3)
  }

  @Test func theLastAnswerStandsInTheFailure() async throws {
    let server = try HTTPTestServer(.answer(503))
    defer { server.stop() }
    let wait = try wait(.http(url: server.url(), status: 200), within: .seconds(2))
    let failure = await #expect(throws: StepFailure.self) { try await wait.untilReady() }
    #expect(failure?.code == .notReady)
    #expect(
      failure?.message
        == "service `orders-api` was not ready within 2s: `\(server.url())` answered 503, not 200")
  }

  @Test func aRedirectIsNotFollowed() async throws {
    let server = try HTTPTestServer(.redirect(to: "/elsewhere"))
    defer { server.stop() }
    let wait = try wait(.http(url: server.url(), status: 200), within: .seconds(2))
    let failure = await #expect(throws: StepFailure.self) { try await wait.untilReady() }
    #expect(failure?.message.hasSuffix("answered 302, not 200") == true)
  }

  @Test func aServerThatNeverAnswersDoesNotHoldTheWait() async throws {
    let server = try HTTPTestServer(.hang)
    defer { server.stop() }
    let wait = try wait(.http(url: server.url(), status: 200), within: .seconds(1))
    let failure = await #expect(throws: StepFailure.self) { try await wait.untilReady() }
    #expect(failure?.code == .notReady)
  }

  @Test func aPortIsReadyWhenItAccepts() async throws {
    let server = try HTTPTestServer(.close)
    defer { server.stop() }
    let ready = try await wait(.tcp(host: "127.0.0.1", port: Int(server.port)), within: .seconds(5))
      .untilReady()
    #expect(ready == "`127.0.0.1:\(server.port)` accepts connections")
  }

  @Test func aCommandIsReadyWhenItExitsWithZero() async throws {
    let counter = folder.file("count")
    let script = try await folder.script("ready", "echo x >> \(counter)", "[ $(wc -l < \(counter)) -ge 3 ]")
    let wait = try wait(.command([Template(literal: script)]), within: .seconds(120))
    #expect(try await wait.untilReady() == "`\(script)`: exit status 0")
    #expect(folder.lines("count").count == 3)
  }

  @Test func anAnswerDoesNotPassForAServiceThatDoesNotRun() async throws {
    let server = try HTTPTestServer(.answer(200))
    defer { server.stop() }
    let wait = try wait(
      .http(url: server.url(), status: 200), within: .seconds(2), status: ["/bin/false"])
    let failure = await #expect(throws: StepFailure.self) { try await wait.untilReady() }
    #expect(failure?.message.hasSuffix("its manager does not have it running") == true)
  }

  @Test func aServiceThatFailedIsNotWaitedFor() async throws {
    let service = try OpsService.processService(
      folder,
      ["/bin/sh", "-c", "until [ -e go ]; do sleep 0.02; done; echo out of memory; exit 1"])
    _ = try await service.start(context)
    try folder.write("go", "")
    let wait = ReadinessWait(
      binding: ServiceBinding(
        id: context.service, manager: service,
        readiness: Readiness(probe: .tcp(host: "127.0.0.1", port: 1), within: .seconds(3600))),
      context: context, progress: { _ in })
    let failure = await #expect(throws: StepFailure.self) { try await wait.untilReady() }
    #expect(
      failure?.message.hasPrefix("service `orders-api` failed before it was ready: its process ") == true)
    #expect(failure?.lastLines == ["out of memory"])
  }

  @Test func withoutReadinessTheManagersWordIsEnough() async throws {
    #expect(try await wait(nil, within: .seconds(1)).untilReady() == "as its own command says")
  }

  @Test func theReadyKeyTakesExactlyOneProbe() throws {
    func read(_ keys: JSONValue) -> (Readiness?, [String]) {
      var decoding = Decoding(baseDirectory: "/plan")
      let value = ReadinessDeclaration.valueType.read(OpsKeys.node(keys), &decoding)
      return (value, decoding.diagnostics.map(\.message))
    }
    let (http, _) = read(["http": "http://127.0.0.1:8080/healthz"])
    guard case .http("http://127.0.0.1:8080/healthz", 200) = http?.probe else {
      Issue.record("the status is 200 unless said otherwise")
      return
    }
    #expect(http?.within == .seconds(30))
    guard case .tcp("::1", 5432) = read(["tcp": "[::1]:5432", "within": "5s"]).0?.probe else {
      Issue.record("an address in brackets is one of IPv6")
      return
    }
    #expect(read([:]).1 == ["the readiness of a service needs one of `http`, `tcp`, `command`"])
    #expect(read(["tcp": "a:1", "status": 200]).1.count == 1)
    #expect(read(["tcp": "localhost"]).1 == ["`localhost` is not a host and port"])
    #expect(read(["tcp": "::1:80"]).1.count == 1)
  }
}
