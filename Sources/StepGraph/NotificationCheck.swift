import BackendKit
import Diagnostics
import PlanModel
import RunEvents

/// Warns of notifications that can stop a recovery.
enum NotificationCheck {
  static func run(_ plan: Plan, _ diagnostics: inout [Diagnostic]) {
    for step in plan.steps where step.action.effects.phase == .notify && step.onFailure != .continue {
      diagnostics.append(
        Diagnostic(
          .notificationStopsRun, "if `\(step.id)` cannot be delivered, the recovery stops", at: step.range,
          hint: "add `onFailure: Continue`"))
    }
  }

  /// What needs a step that failed is never reached, also under `Continue`.
  static func run(_ graph: StepGraph, _ diagnostics: inout [Diagnostic]) {
    for node in graph.nodes where node.step.action.effects.phase == .notify && !node.isFinally {
      guard node.step.onFailure == .continue else { continue }
      let waiting = node.successors.map { graph.nodes[$0].step }.filter { $0.action.effects.phase != .notify }
      guard let first = waiting.first else { continue }
      diagnostics.append(
        Diagnostic(
          .notificationStopsRun,
          "if `\(node.step.id)` cannot be delivered, `\(first.id)`, which needs it, is not reached",
          at: node.step.range,
          hint:
            "take `\(node.step.id)` out of the `needs` of `\(first.id)`; without `needs` it needs the step above it"
        ))
    }
  }
}
