import BackendKit
import Diagnostics
import PlanModel
import RunEvents
import Values

/// Finds the step whose success stops the recovery clock: the one that the plan names, else the last VerifyIntegrity.
enum RestoredWhenCheck {
  static func resolve(_ plan: Plan, _ index: StepIndex, _ diagnostics: inout [Diagnostic]) -> Int? {
    if let mtd = plan.objectives.mtd, plan.objectives.rto > mtd {
      diagnostics.append(
        Diagnostic(
          .objectiveOrder,
          "the RTO of \(plan.objectives.rto.planText) exceeds the maximum tolerable downtime of \(mtd.planText)",
          at: plan.objectives.range, hint: "lower `rto` or raise `mtd`"))
    }
    guard let name = plan.objectives.restoredWhen else {
      return plan.steps.lastIndex { !$0.action.effects.checks.isEmpty && $0.modes.contains(.recovery) }
    }
    let range = plan.objectives.restoredWhenRange ?? plan.objectives.range
    if plan.unread.steps.contains(name.text) { return nil }
    guard let node = index[name.text] else {
      diagnostics.append(
        Diagnostic(
          .restoredWhen,
          "`restoredWhen` names the step `\(name)`, which does not exist: the clock would never stop",
          at: range, hint: index.hint(for: name.text)))
      return nil
    }
    let step = index.steps[node]
    if step.action.effects.checks.isEmpty {
      diagnostics.append(
        Diagnostic(
          .restoredWhen,
          "`restoredWhen` names `\(name)`, a \(step.actionName) step: the clock would stop before the data is proven",
          at: range, hint: "name a VerifyIntegrity step"))
    } else if node >= index.mainCount {
      diagnostics.append(
        Diagnostic(
          .restoredWhen, "`restoredWhen` names `\(name)`, a step of `finally`, which runs whatever happened",
          at: range,
          hint: "name a main step"))
    } else if !step.modes.contains(.recovery) {
      diagnostics.append(
        Diagnostic(
          .restoredWhen,
          "`restoredWhen` names `\(name)`, which a recovery leaves out: the clock would never stop",
          at: range, hint: "take `modes` out of that step, or name another"))
    }
    return node
  }
}
