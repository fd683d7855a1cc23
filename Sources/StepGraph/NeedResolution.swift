import Diagnostics
import PlanModel

/// Resolves `needs` to steps: a step without `needs` waits for the one above it in its section.
enum NeedResolution {
  static func resolve(
    _ plan: Plan, _ index: StepIndex, _ repairing: Set<Int>, _ diagnostics: inout [Diagnostic]
  ) -> [[Int]] {
    // Looking for what was meant costs time in proportion to the steps: a plan full of slips gets hints for the first.
    var hintsLeft = 50
    return index.steps.enumerated().map { node, step in
      guard let needs = step.needs else {
        // A step that only repairs waits for nothing, and nothing waits for it.
        guard !repairing.contains(node) else { return [] }
        let first = node >= index.mainCount ? index.mainCount : 0
        let above = (first..<node).last { !repairing.contains($0) }
        return above.map { [$0] } ?? []
      }
      var resolved: [Int] = []
      for need in needs {
        if plan.unread.steps.contains(need.name) { continue }
        guard let target = index[need.name] else {
          diagnostics.append(
            unknownStep(need, of: step, hint: hintsLeft > 0 ? index.hint(for: need.name) : nil))
          hintsLeft -= 1
          continue
        }
        if repairing.contains(target) {
          diagnostics.append(needsRepair(need, of: step))
          continue
        }
        if (target >= index.mainCount) != (node >= index.mainCount) {
          diagnostics.append(acrossTheBorder(need, of: step, isFinally: node >= index.mainCount))
        } else {
          resolved.append(target)
        }
      }
      return resolved.count < 2 ? resolved : Set(resolved).sorted()
    }
  }

  private static func unknownStep(_ need: StepNeed, of step: Step, hint: String?) -> Diagnostic {
    Diagnostic(
      .unknownStepReference, "step `\(step.id)` needs `\(need.name)`, which does not exist", at: need.range,
      hint: hint)
  }

  private static func needsRepair(_ need: StepNeed, of step: Step) -> Diagnostic {
    Diagnostic(
      .badRepair, "step `\(step.id)` needs `\(need.name)`, which runs only to repair what a check found",
      at: need.range, hint: "take this need out, or do not name the step as a `repair`")
  }

  private static func acrossTheBorder(_ need: StepNeed, of step: Step, isFinally: Bool) -> Diagnostic {
    Diagnostic(
      .finallyBoundary,
      isFinally
        ? "step `\(step.id)` of `finally` needs the main step `\(need.name)`"
        : "the main step `\(step.id)` needs `\(need.name)`, which belongs to `finally`",
      at: need.range, hint: "`finally` begins when all main steps are over; take this need out")
  }
}
