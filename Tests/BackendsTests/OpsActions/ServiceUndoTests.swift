import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import RunEvents
import Testing
import Values

@testable import Backends

/// Services of steps that were killed, and the way back; with real processes.
@Suite struct ServiceUndoTests {
  private let folder: ScratchFolder
  private let step = OpsStep()

  init() throws { folder = try ScratchFolder() }

  private func service(_ name: String, _ line: String = "exec sleep 1000") throws -> ServiceBinding {
    let record = try OpsKeys.record(
      ProcessService.declaration,
      [
        "command": ["/bin/sh", "-c", .string(line)], "pidFile": .string(folder.file("\(name).pid")),
        "log": .string(folder.file("\(name).log")),
      ])
    return ServiceBinding(id: try #require(ServiceID(name)), manager: ProcessService(record), readiness: nil)
  }

  private func restart(_ names: String...) throws -> RestartServices {
    RestartServices(
      try OpsKeys.record(
        RestartServices.declaration, ["services": .array(names.map { .string($0) })]))
  }

  private func stopping(_ names: String...) throws -> StopServices {
    StopServices(
      try OpsKeys.record(StopServices.declaration, ["services": .array(names.map { .string($0) })]))
  }

  private func context(_ services: [ServiceBinding], _ earlier: [StepEvidence] = []) throws -> StepContext {
    try step.context(folder, services: services, earlier: earlier)
  }

  private func pid(_ name: String) -> String? { folder.lines("\(name).pid").first }

  /// Ends every process that a test left.
  private func end(_ services: [ServiceBinding]) async throws {
    for service in services {
      try await service.manager.stop(try OpsService.context(service.id.text, folder: folder.path))
    }
  }

  @Test func aRestartIsNeverDoneTwiceWhereverItWasKilled() async throws {
    let services = [try service("api"), try service("worker")]
    let action = try restart("api", "worker")
    // Killed after so many records, with all that they announce done, and for `Starting` the start itself.
    for count in 4...11 {
      let before = step.recorded.count
      _ = try await action.run(try context(services))
      let evidence = Array(step.recorded.dropFirst(before))
      try #require(evidence.count == 12)
      let earlier = Array(evidence.prefix(count))
      guard case .notDone = try await action.reconcile(try context(services, earlier)) else {
        Issue.record("\(count) of 12 on record")
        return
      }
      let (api, worker) = (pid("api"), pid("worker"))
      _ = try await action.run(try context(services, earlier))
      #expect(pid("api") == api, "after \(count) records")
      // The other one had been started when the record has it starting.
      #expect((pid("worker") == worker) == (count >= 10), "after \(count) records")
    }
    guard case .done(let result, _) = try await action.reconcile(try context(services, Array(step.recorded)))
    else {
      Issue.record("all are ready")
      return
    }
    #expect(result.outputs == ["services": "api, worker"])
    try await end(services)
  }

  @Test func aStepThatBeginsAnewRestartsWhatIsReady() async throws {
    let services = [try service("api"), try service("worker")]
    let action = try restart("api", "worker")
    _ = try await action.run(try context(services))
    // The last of its records lost, so that not all are ready on record.
    let before = Array(step.recorded.dropLast())
    let (api, worker) = (pid("api"), pid("worker"))
    let anew = try step.context(folder, services: services, earlier: before, current: [])
    guard case .notDone = try await action.reconcile(anew) else {
      Issue.record("what it did before it began anew is not what it is to do now")
      return
    }
    _ = try await action.run(anew)
    #expect(pid("api") != api && pid("worker") != worker)
    guard case .undone = try await action.undo(anew) else {
      Issue.record("neither ran before the step touched it first")
      return
    }
    try await end(services)
  }

  @Test func aServiceThatEndedAfterItWasReadyIsStartedAgain() async throws {
    let services = [try service("api"), try service("worker")]
    let action = try restart("api", "worker")
    _ = try await action.run(try context(services))
    let evidence = step.recorded
    try await end([services[0]])
    guard case .notDone(let detail) = try await action.reconcile(try context(services, evidence)) else {
      Issue.record("one has ended")
      return
    }
    #expect(detail == "not done yet: `api`")
    try await end(services)
  }

  @Test func whatRanBeforeIsUnwoundAndSettledAndWhatDidNotIsStopped() async throws {
    let services = [try service("api"), try service("worker")]
    _ = try await services[0].manager.start(try OpsService.context("api", folder: folder.path))
    let before = pid("api")
    let action = try restart("api", "worker")
    #expect(try await action.undo(try context(services)) == .nothingToUndo)
    _ = try await action.run(try context(services))
    let evidence = step.recorded
    for _ in 1...2 {
      let outcome = try await action.undo(try context(services, evidence))
      #expect(outcome == .unwound("`worker` does not run; `api` does not run"))
      #expect(!folder.has("api.pid") && !folder.has("worker.pid"))
    }
    for _ in 1...2 { _ = try await action.settle(try context(services, evidence)) }
    #expect(pid("api") != nil && pid("api") != before)
    #expect(!folder.has("worker.pid"))
    try await end(services)
  }

  @Test func onlyStoppedServicesAreUndoneAtOnce() async throws {
    let services = [try service("worker")]
    let action = try restart("worker")
    _ = try await action.run(try context(services))
    #expect(
      try await action.undo(try context(services, step.recorded)) == .undone("`worker` does not run"))
    #expect(!folder.has("worker.pid"))
  }

  @Test func whatAStepStoppedIsStartedWhenTheDataIsSetBack() async throws {
    let services = [try service("api"), try service("worker")]
    _ = try await services[0].manager.start(try OpsService.context("api", folder: folder.path))
    let action = try stopping("api", "worker")
    _ = try await action.run(try context(services))
    let evidence = step.recorded
    guard case .done = try await action.reconcile(try context(services, evidence)) else {
      Issue.record("both are stopped")
      return
    }
    guard case .notDone = try await action.reconcile(try context(services, Array(evidence.prefix(3)))) else {
      Issue.record("the second is not")
      return
    }
    #expect(
      try await action.undo(try context(services, evidence))
        == .unwound("`api` ran before and will be started when the data is set back"))
    #expect(!folder.has("api.pid"))
    #expect(
      try await action.settle(try context(services, evidence)) == "`api` runs again and is ready")
    #expect(folder.has("api.pid") && !folder.has("worker.pid"))
    try await end(services)
  }

  @Test func withoutAStatusCommandNobodyCanTell() async throws {
    let manager = CommandService(
      try OpsKeys.record(CommandService.declaration, ["start": ["true"], "stop": ["true"]]))
    let services = [
      ServiceBinding(id: try #require(ServiceID("api")), manager: manager, readiness: nil)
    ]
    let action = try restart("api")
    _ = try await action.run(try context(services))
    let evidence = step.recorded
    guard
      case .unknown(let question) = try await action.reconcile(
        try context(services, Array(evidence.prefix(4))))
    else {
      Issue.record("nobody can tell")
      return
    }
    #expect(question.contains("`drplan resume \(try context(services).run.id) --retry the-step`"))
    guard case .done = try await action.reconcile(try context(services, evidence)) else {
      Issue.record("it is on record")
      return
    }
  }

  @Test func aFailedStartIsTriedFromTheBeginning() async throws {
    let services = [try service("api", "exit 1")]
    let action = try restart("api")
    await #expect(throws: StepFailure.self) { try await action.run(try context(services)) }
    let evidence = step.recorded
    #expect(step.serviceStates.last == "api Failed")
    await #expect(throws: StepFailure.self) { try await action.run(try context(services, evidence)) }
    #expect(step.serviceStates.dropFirst(evidence.count).contains("api Starting"))
  }
}
