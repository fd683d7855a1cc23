import BackendKit
import DrplanTestKit
import HostSystem
import RunEvents
import Testing
import Values

@testable import Backends

@Suite struct RestartServicesTests {
  private let folder: ScratchFolder
  private let step = OpsStep()

  init() throws { folder = try ScratchFolder() }

  /// A service whose program is a shell line and whose files have its name.
  private func service(_ name: String, _ line: String, ready: Readiness? = nil) throws -> ServiceBinding {
    let record = try OpsKeys.record(
      ProcessService.declaration,
      [
        "command": ["/bin/sh", "-c", .string(line)], "pidFile": .string(folder.file("\(name).pid")),
        "log": .string(folder.file("\(name).log")),
      ])
    return ServiceBinding(
      id: try #require(ServiceID(name)), manager: ProcessService(record), readiness: ready)
  }

  private func restart(_ keys: JSONValue) throws -> RestartServices {
    RestartServices(try OpsKeys.record(RestartServices.declaration, keys))
  }

  private func stop(_ services: ServiceBinding...) async throws {
    let action = StopServices(
      try OpsKeys.record(
        StopServices.declaration, ["services": .array(services.map { .string($0.id.text) })]))
    _ = try await action.run(try step.context(folder, services: services))
  }

  @Test func everyChangeIsOnRecordInOrder() async throws {
    let services = [try service("api", "exec sleep 1000"), try service("worker", "exec sleep 1000")]
    let action = try restart(["services": ["worker", "api"]])
    let result = try await action.run(try step.context(folder, services: services))
    #expect(
      step.serviceStates == [
        "worker Found", "worker Stopping", "worker Stopped", "worker Starting", "worker Started",
        "worker Ready",
        "api Found", "api Stopping", "api Stopped", "api Starting", "api Started", "api Ready",
      ])
    #expect(result.outputs == ["services": "worker, api"])
    #expect(action.effects.outputs == ["services"])
    #expect(action.effects.services.map(\.text) == ["worker", "api"])
    try await stop(services[0], services[1])
    #expect(step.serviceStates.suffix(3) == ["worker Found", "worker Stopping", "worker Stopped"])
  }

  @Test func aRunningServiceIsReplacedByAnotherProcess() async throws {
    let api = try service("api", "exec sleep 1000")
    let action = try restart(["services": ["api"]])
    let context = try step.context(folder, services: [api])
    _ = try await action.run(context)
    let first = folder.lines("api.pid").first
    _ = try await action.run(context)
    #expect(folder.lines("api.pid").first != first)
    let details = step.recorded.compactMap { evidence -> String? in
      guard case .service(let record) = evidence, record.state == "Stopping" else { return nil }
      return record.detail
    }
    #expect(details == ["not running", "running, pid \(first ?? "")"])
    try await stop(api)
  }

  @Test func inParallelAllComeToTheirEndAndEveryFailureIsNamed() async throws {
    let services = [
      try service("bad", "echo no database; exit 1"), try service("worse", "echo no disk; exit 1"),
      try service("good", "exec sleep 1000"),
    ]
    let action = try restart(["services": ["bad", "worse", "good"], "order": "Parallel"])
    let context = try step.context(folder, services: services)
    let failure = await #expect(throws: StepFailure.self) { try await action.run(context) }
    #expect(
      failure?.message
        == "2 of 3 services failed: service `bad` ended at once after its start; service `worse` ended at once "
        + "after its start")
    #expect(failure?.lastLines == ["no database"])
    #expect(step.serviceStates.contains("good Ready"))
    try await stop(services[2])
  }

  @Test func inSequenceTheFirstFailureLeavesTheRestUntouched() async throws {
    let services = [try service("bad", "exit 1"), try service("good", "exec sleep 1000")]
    let action = try restart(["services": ["bad", "good"]])
    let context = try step.context(folder, services: services)
    await #expect(throws: StepFailure.self) { try await action.run(context) }
    #expect(!step.serviceStates.contains { $0.hasPrefix("good") })
  }

  @Test func aServiceThatIsNeverReadyIsAFailureWithItsLastLines() async throws {
    let server = try HTTPTestServer(.answer(503))
    defer { server.stop() }
    let ready = Readiness(probe: .http(url: server.url(), status: 200), within: .seconds(2))
    let api = try service("api", "echo waiting for the database; exec sleep 1000", ready: ready)
    let action = try restart(["services": ["api"]])
    let context = try step.context(folder, services: [api])
    let failure = await #expect(throws: StepFailure.self) { try await action.run(context) }
    #expect(
      failure?.message == "service `api` was not ready within 2s: `\(server.url())` answered 503, not 200")
    #expect(failure?.lastLines == ["waiting for the database"])
    #expect(step.serviceStates.suffix(2) == ["api Started", "api Failed"])
    try await stop(api)
  }

  @Test func nothingIsDoneThatIsNotOnRecordFirst() async throws {
    let api = try service("api", "exec sleep 1000")
    let context = try step.context(folder, services: [api])
    let deaf = StepContext(
      run: context.run, step: context.step, attempt: 1, timeLimit: context.timeLimit,
      environment: context.environment, restored: [:], fill: { _ in nil },
      record: { _ throws(StepFailure) in throw StepFailure(.journal, "the disk is full", isRetryable: false)
      },
      progress: { _ in }, report: { "" })
    let action = try restart(["services": ["api"]])
    let failure = await #expect(throws: StepFailure.self) { try await action.run(deaf) }
    #expect(failure?.code == .journal)
    #expect(!folder.has("api.pid"))
  }

  @Test func aProbeChangesNothing() async throws {
    let api = try service("api", "exec sleep 1000")
    let action = try restart(["services": ["api", "api"]])
    let findings = await action.probe(try step.context(folder, services: [api]))
    #expect(findings == [ProbeFinding("service `api`", .checked, "not running")])
    #expect(step.recorded.isEmpty)
  }

  @Test func anEmptyListAndAMalformedNameAreRefused() {
    #expect(OpsKeys.findings(RestartServices.declaration, ["services": []]).count == 1)
    #expect(OpsKeys.findings(RestartServices.declaration, ["services": ["Orders_API"]]).count == 1)
  }
}
