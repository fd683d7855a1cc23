import BackendKit
import Declarations
import RunEvents
import Values

/// Stops or starts one service for a step, with every change of state put on record before and after.
struct ServiceChange {
  private let binding: ServiceBinding
  private let step: StepContext
  private let context: ServiceContext

  /// The service of that name, as the step sees it.
  init(_ service: ServiceID, _ step: StepContext) throws(StepFailure) {
    binding = try step.environment.service(service)
    self.step = step
    context = step.serviceContext(service)
  }

  /// Stops the service; returns when it has stopped.
  func stop() async throws(StepFailure) {
    step.progress(StepProgress("stopping `\(binding.id)`"))
    do throws(StepFailure) {
      let before = try await binding.manager.state(context)
      try await record("Stopping", Self.text(before))
      try await binding.manager.stop(context)
      try await record("Stopped", nil)
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
      let wait = ReadinessWait(binding: binding, context: context, progress: { step.progress($0) })
      try await record("Ready", try await wait.untilReady())
    } catch {
      throw await named(error)
    }
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

  private static func text(_ state: ServiceState) -> String {
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
