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
}
