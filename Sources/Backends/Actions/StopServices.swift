import BackendKit
import Declarations
import RunEvents

/// Stops services, so that nothing writes while data is replaced.
struct StopServices: StepAction {
  static let declaration = KindDeclaration(
    "StopServices", summary: "Stops services and waits until they have stopped.",
    notes: """
      A service that does not run is left as it is. Nothing starts them again by itself: name them in a later
      `RestartServices`. Whether each ran is on record; `drplan rollback` starts those again that did, once the data is
      set back.
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

  /// By the record and by what the managers say now.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    try await selection.reconcile(context) { (service) async throws(StepFailure) in
      guard service.trail.last?.state == "Stopped" else { return false }
      guard service.knowsState else { return true }
      return !ServiceChange.runs(try await service.state())
    }
  }

  /// Nothing yet: what ran before is started again by `settle`, on the data that was set back.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome {
    let stopped = try selection.touched(context).filter { $0.wasRunning == true }
    guard !stopped.isEmpty else { return .nothingToUndo }
    return .unwound(
      stopped.map { "`\($0.id)`" }.joined(separator: ", ")
        + " ran before and will be started when the data is set back")
  }

  /// Starts what ran before the step.
  func settle(_ context: StepContext) async throws(StepFailure) -> String {
    try await selection.bringUp(context)
  }

  func probe(_ context: StepContext) async -> [ProbeFinding] { await selection.probe(context) }
}
