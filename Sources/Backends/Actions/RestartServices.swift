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
      asks for has answered. Another attempt restarts all of them. Every change is on record with what identifies the
      service; a failure names the service and shows the last lines of its output.
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
    try await selection.each(in: context) { (service) async throws(StepFailure) in
      try await service.stop()
      try await service.start()
    }
    return StepResult(outputs: selection.outputs)
  }

  /// What became of an attempt that was killed.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    .unknown("how far the services came")
  }

  /// Sets back what it changed.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome {
    .impossible("services cannot be set back yet")
  }

  func probe(_ context: StepContext) async -> [ProbeFinding] { await selection.probe(context) }
}
