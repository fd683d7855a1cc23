import BackendKit
import Declarations
import RunEvents
import Values

/// Stops or starts one service for a step, with every change of state put on record before and after.
struct ServiceChange {
  private let binding: ServiceBinding
  private let step: StepContext
  private let context: ServiceContext
  /// What earlier attempts of the step did to the service, since it last began anew.
  let trail: ServiceTrail

  /// The service of that name, as the step sees it.
  init(_ service: ServiceID, _ step: StepContext) throws(StepFailure) {
    binding = try step.environment.service(service)
    self.step = step
    context = step.serviceContext(service)
    trail = ServiceTrail(of: service, in: step.current)
  }

  /// The service's name.
  var id: ServiceID { binding.id }
  /// Whether it ran before the step touched it first; nil when the step never did.
  var wasRunning: Bool? { ServiceTrail(of: binding.id, in: step.earlier).wasRunning }
  /// Whether the manager can tell whether the service runs.
  var knowsState: Bool { binding.manager.knowsState }

  /// Stops the service, with what it was before on record; returns when it has stopped.
  func stop() async throws(StepFailure) {
    do throws(StepFailure) {
      let before = try await binding.manager.state(context)
      try await step.record(
        .service(
          ServiceRecord(
            service: binding.id, state: "Found", detail: Self.text(before), wasRunning: Self.runs(before))))
      try await stop(from: before)
    } catch {
      throw await named(error)
    }
  }

  /// Starts the service; returns when it is ready.
  func start() async throws(StepFailure) {
    step.progress(StepProgress("starting `\(binding.id)`"))
    do throws(StepFailure) {
      try await record("Starting", nil)
      try await record("Started", try await binding.manager.start(context))
      try await awaitReadiness()
    } catch {
      await recordFailure(error)
      throw await named(error)
    }
  }

  /// Stops and starts it; but what an attempt that was killed had done to it already is not done again.
  func restart() async throws(StepFailure) {
    switch try await standing() {
    case .ready: return
    case .started(let identity):
      step.progress(StepProgress("waiting until `\(binding.id)` is ready"))
      do throws(StepFailure) {
        if let identity { try await record("Started", identity) }
        try await awaitReadiness()
      } catch {
        await recordFailure(error)
        throw await named(error)
      }
    case .open:
      try await stop()
      try await start()
    }
  }

  /// How far a restart that was killed had come.
  enum Standing: Equatable {
    /// It was ready, and runs still as the same process.
    case ready
    /// It was started and runs; with its identity where that is not on record yet.
    case started(String?)
    /// It is to be stopped and started.
    case open
  }

  /// Judged by the record and by what the manager says.
  func standing() async throws(StepFailure) -> Standing {
    guard let last = trail.last?.state, ["Starting", "Started", "Ready"].contains(last) else { return .open }
    let now: ServiceState
    do throws(StepFailure) {
      now = try await binding.manager.state(context)
    } catch {
      throw await named(error)
    }
    guard case .running(let identity) = now else { return .open }
    switch last {
    case "Ready":
      // A manager that cannot tell says nothing against the record.
      return trail.started == identity || !knowsState ? .ready : .open
    case "Started": return trail.started == identity && knowsState ? .started(nil) : .open
    default:
      // Killed between its start and the record of it: another process than the one that was found is ours.
      return knowsState && trail.found?.detail != Self.text(now) ? .started(identity) : .open
    }
  }

  /// Stops the service on the way back; returns what the manager says then.
  func takeDown() async throws(StepFailure) -> String {
    do throws(StepFailure) {
      let before = try await binding.manager.state(context)
      if Self.runs(before) || !knowsState { try await stop(from: before) }
      let after = try await binding.manager.state(context)
      guard !knowsState || !Self.runs(after) else {
        throw StepFailure(
          .serviceFailed, "it still runs: \(Self.text(after))", remedy: "stop it by hand, then undo again")
      }
      return knowsState
        ? "`\(binding.id)` does not run" : "`\(binding.id)` was stopped, as its `stop` command says"
    } catch {
      throw await named(error)
    }
  }

  /// Starts the service on the way back, unless it runs; returns what showed that it is ready.
  func bringUp() async throws(StepFailure) -> String {
    do throws(StepFailure) {
      if knowsState, case .running(let identity) = try await binding.manager.state(context) {
        return "`\(binding.id)` runs already, \(identity)"
      }
    } catch {
      throw await named(error)
    }
    try await start()
    return "`\(binding.id)` runs again and is ready"
  }

  /// What the manager says now.
  func state() async throws(StepFailure) -> ServiceState {
    do throws(StepFailure) {
      return try await binding.manager.state(context)
    } catch {
      throw await named(error)
    }
  }

  private func stop(from before: ServiceState) async throws(StepFailure) {
    step.progress(StepProgress("stopping `\(binding.id)`"))
    try await record("Stopping", Self.text(before))
    try await binding.manager.stop(context)
    try await record("Stopped", nil)
  }

  private func awaitReadiness() async throws(StepFailure) {
    let wait = ReadinessWait(binding: binding, context: context, progress: { step.progress($0) })
    try await record("Ready", try await wait.untilReady())
  }

  /// Another attempt shall start it anew, not go on waiting.
  private func recordFailure(_ failure: StepFailure) async {
    guard failure.code != .journal else { return }
    // A journal that cannot be written stops the run by itself; the failure in hand is the one to tell.
    try? await record("Failed", failure.message)
  }

  /// What a look at the service shows, changing nothing.
  func probe() async -> ProbeFinding {
    let subject = "service `\(binding.id)`"
    do throws(StepFailure) {
      return ProbeFinding(subject, .checked, Self.text(try await binding.manager.state(context)))
    } catch {
      return ProbeFinding(subject, .blocked, error.message)
    }
  }

  private func record(_ state: String, _ detail: String?) async throws(StepFailure) {
    try await step.record(.service(ServiceRecord(service: binding.id, state: state, detail: detail)))
  }

  /// A failure that names the service and carries its last lines, whatever it came from.
  private func named(_ failure: StepFailure) async -> StepFailure {
    var failure = failure
    if !failure.message.contains("`\(binding.id)`") {
      failure.message = "service `\(binding.id)`: \(failure.message)"
    }
    if failure.lastLines.isEmpty, failure.code != .cancelled {
      failure.lastLines = await binding.manager.lastLines(context)
    }
    return failure
  }

  static func runs(_ state: ServiceState) -> Bool {
    if case .running = state { true } else { false }
  }

  static func text(_ state: ServiceState) -> String {
    switch state {
    case .running(let detail): "running, \(detail)"
    case .stopped: "not running"
    case .failed(let reason): "failed: \(reason)"
    }
  }
}

extension StepContext {
  /// What the manager of a service may know in this step.
  func serviceContext(_ service: ServiceID) -> ServiceContext {
    ServiceContext(service: service, planDirectory: environment.planDirectory) {
      template throws(StepFailure) in
      try text(template)
    }
  }
}
