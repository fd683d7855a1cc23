import BackendKit
import Declarations
import RunEvents

/// Stops services and starts them again on what was restored.
struct RestartServices: StepAction {
  static let declaration = KindDeclaration(
    "RestartServices", summary: "Stops services, starts them, and waits until they are ready.",
    notes: """
      In sequence each service is stopped, started and ready before the next is touched; in parallel all at once. A
      service that does not run is started. Ready means that its manager says that it runs and that what its `ready`
      asks for has answered. Another attempt restarts only those that are not ready yet; after a crash one that had been
      started is waited for, not started twice. Every change is on record with what identifies the service, and first
      of all whether it ran; a failure names the service and shows the last lines of its output.

      Undone by `drplan rollback`: the services are stopped, and those that ran before are started again when the data
      is set back.
      """,
    example: """
      steps:
        - id: restart-services
          action: RestartServices
          with: {services: [orders-api, orders-worker], order: Sequential}
      """,
    shape: Shape(
      "the inputs of RestartServices", [ServiceSelection.services.erased, ServiceSelection.order.erased]))

  private let selection: ServiceSelection

  init(_ inputs: Record) { selection = ServiceSelection(inputs) }

  var effects: ActionEffects {
    ActionEffects(
      phase: .restart, services: selection.services, outputs: selection.outputs.keys.sorted())
  }

  func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    // Were all of them ready, the step had come to its end: then it is done anew, because what it needs was.
    let isAnew = selection.services.allSatisfy {
      ServiceTrail(of: $0, in: context.current).last?.state == "Ready"
    }
    try await selection.each(in: context) { (service) async throws(StepFailure) in
      guard isAnew else { return try await service.restart() }
      try await service.stop()
      try await service.start()
    }
    return StepResult(outputs: selection.outputs)
  }

  /// By the record and by what the managers say now.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    try await selection.reconcile(context) { (service) async throws(StepFailure) in
      try await service.standing() == .ready
    }
  }

  /// Stops what the step started; what ran before it is started again by `settle`, on the data that was set back.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome {
    let touched = try selection.touched(context)
    guard !touched.isEmpty else { return .nothingToUndo }
    var facts: [String] = []
    for service in touched.reversed() { facts.append(try await service.takeDown()) }
    let detail = facts.joined(separator: "; ")
    return touched.contains { $0.wasRunning == true } ? .unwound(detail) : .undone(detail)
  }

  /// Starts what ran before the step.
  func settle(_ context: StepContext) async throws(StepFailure) -> String {
    try await selection.bringUp(context)
  }

  func probe(_ context: StepContext) async -> [ProbeFinding] { await selection.probe(context) }
}
