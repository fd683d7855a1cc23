import BackendKit
import Declarations
import RunEvents

/// Stops services, so that nothing writes while data is replaced.
struct StopServices: StepAction {
  static let declaration = KindDeclaration(
    "StopServices", summary: "Stops services and waits until they have stopped.",
    notes: """
      A service that does not run is left as it is. Nothing starts them again by itself: name them in a later
      `RestartServices`.
      """,
    example: """
      steps:
        - id: stop-services
          action: StopServices
          with: {services: [orders-api]}
      """,
    shape: Shape(
      "the inputs of StopServices", [ServiceSelection.services.erased, ServiceSelection.order.erased]))

  private let selection: ServiceSelection

  init(_ inputs: Record) { selection = ServiceSelection(inputs) }

  var effects: ActionEffects {
    ActionEffects(
      phase: .restart, services: selection.services, stops: selection.services,
      outputs: selection.outputs.keys.sorted())
  }

  func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    try await selection.each(in: context) { (service) async throws(StepFailure) in try await service.stop() }
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
