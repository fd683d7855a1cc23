import BackendKit
import Declarations
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// A run's clock that a test moves by hand.
private struct HandMovedClock: RunClock {
  let clock: ManualClock

  func now() -> Duration { clock.now() }
  func sleep(until instant: Duration) async throws(CancellationError) {
    try await clock.sleep(until: instant)
  }
}

/// Executors with everything around them scripted.
struct ExecutorFixture {
  var graph: StepGraph
  var recorder = ScriptedRecorder()
  var clock = ManualClock()
  var options = ExecutionOptions()
  var services: [String: TargetName] = [:]
  var databases: [DatabaseBinding] = []
  var targetGuard = TargetGuard()
  var references: @Sendable (Reference) -> String? = { _ in nil }
  var progress: @Sendable (StepID, StepProgress) -> Void = { _, _ in }

  init(_ main: [Step], finally: [Step] = []) { graph = GraphFixture.graph(main, finally: finally) }

  var environment: RunEnvironment {
    let bindings = services.map { name, target in
      ServiceBinding(
        id: PlanFixtures.service(name), manager: NamedTarget(target: target), readiness: nil)
    }
    return RunEnvironment(
      databases: Dictionary(uniqueKeysWithValues: databases.map { ($0.id, $0) }),
      services: Dictionary(uniqueKeysWithValues: bindings.map { ($0.id, $0) }), channels: [:],
      snapshots: NoSnapshots(), secrets: NoSecrets(), planDirectory: "/nonexistent",
      logDirectory: "/nonexistent")
  }

  var executor: Executor {
    Executor(
      graph: graph, environment: environment, facts: PlanFixtures.facts(), options: options,
      recorder: recorder, clock: HandMovedClock(clock: clock), references: references, progress: progress,
      report: { "the report" }, targetGuard: targetGuard)
  }

  /// Runs to the end, with nobody interrupting.
  func run() async throws(RecordingError) -> RunFinished {
    try await executor.run(started: PlanFixtures.started(), interrupts: AsyncStream { $0.finish() })
  }

  /// How each step ended, by name, as far as it is on record.
  var states: [String: StepState] {
    var states: [String: StepState] = [:]
    for case .stepFinished(let event) in recorder.bodies { states[event.step.text] = event.state }
    return states
  }

  /// Moves the clock there once the run sleeps until then.
  func letTime(reach instant: Duration) async throws {
    try await until { clock.nextWake == instant }
    clock.advance(to: instant)
  }
}

/// Returns when `condition` holds; a minute is more than any machine needs.
func until(_ condition: () -> Bool, at location: SourceLocation = #_sourceLocation) async throws {
  let deadline = ContinuousClock.now + .seconds(60)
  while !condition() {
    try #require(ContinuousClock.now < deadline, "what was waited for did not come", sourceLocation: location)
    await Task.yield()
  }
}

private struct NoSecrets: SecretSource {
  func value(of reference: SecretReference) async throws(StepFailure) -> Secret {
    throw StepFailure(.secretUnavailable, "there are no secrets here")
  }
}

/// A service of which only the name of its target matters.
private struct NamedTarget: ServiceManager {
  static var declaration: KindDeclaration { ScriptedAction.declaration }
  let target: TargetName

  init(_ service: Record) { target = TargetName("service") }
  init(target: TargetName) { self.target = target }

  func state(_ context: ServiceContext) async throws(StepFailure) -> ServiceState { .stopped }
  func stop(_ context: ServiceContext) async throws(StepFailure) {}
  func start(_ context: ServiceContext) async throws(StepFailure) -> String { "" }
  func lastLines(_ context: ServiceContext) async -> [String] { [] }
}
