import BackendKit
import Diagnostics
import PlanModel

/// The steps that checks name as their `repair`: they are main steps that run only then, so nothing waits for them and
/// they wait for nothing.
struct RepairCheck {
  /// The steps that repair, by index.
  let repairing: Set<Int>
  /// For each step the steps that repair what its checks find, by the name of the check.
  let repairs: [[String: [Int]]]

  init(_ plan: Plan, _ index: StepIndex, _ diagnostics: inout [Diagnostic]) {
    var repairing: Set<Int> = []
    var repairs = [[String: [Int]]](repeating: [:], count: index.steps.count)
    for (node, step) in index.steps.enumerated() {
      for check in step.action.effects.checks {
        for repair in check.repair where !plan.unread.steps.contains(repair.name) {
          guard let target = index[repair.name] else {
            diagnostics.append(
              Diagnostic(
                .unknownStepReference,
                "check `\(check.id)` names `\(repair.name)` as its repair, which does not exist",
                at: repair.range, hint: index.hint(for: repair.name)))
            continue
          }
          if let problem = Self.problem(target, node, index) {
            diagnostics.append(
              Diagnostic(
                .badRepair, "step `\(repair.name)` cannot repair: \(problem)", at: repair.range,
                hint: "name a main step without `needs` that nothing else waits for"))
            continue
          }
          repairing.insert(target)
          repairs[node][check.id, default: []].append(target)
        }
      }
    }
    self.repairing = repairing
    self.repairs = repairs
  }

  private static func problem(_ target: Int, _ node: Int, _ index: StepIndex) -> String? {
    if target == node { return "it is the step of the check itself" }
    if target >= index.mainCount { return "it belongs to `finally`" }
    if node >= index.mainCount { return "the check belongs to `finally`, when nothing is repaired any more" }
    if let needs = index.steps[target].needs, let need = needs.first {
      return "it needs `\(need.name)`, and a repair runs when its check asks for it"
    }
    if !index.steps[target].action.effects.checks.isEmpty { return "it makes checks itself" }
    return nil
  }
}
