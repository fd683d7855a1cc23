import Diagnostics
import PlanModel

/// Resolves `needs` to steps: a step without `needs` waits for the one above it in its section.
enum NeedResolution {
  static func resolve(_ plan: Plan, _ index: StepIndex, _ diagnostics: inout [Diagnostic]) -> [[Int]] {
    // Looking for what was meant costs time in proportion to the steps: a plan full of slips gets hints for the first.
    var hintsLeft = 50
    return index.steps.enumerated().map { node, step in
      guard let needs = step.needs else {
        return node == 0 || node == index.mainCount ? [] : [node - 1]
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

  private static func acrossTheBorder(_ need: StepNeed, of step: Step, isFinally: Bool) -> Diagnostic {
    Diagnostic(
      .finallyBoundary,
      isFinally
        ? "step `\(step.id)` of `finally` needs the main step `\(need.name)`"
        : "the main step `\(step.id)` needs `\(need.name)`, which belongs to `finally`",
      at: need.range, hint: "`finally` begins when all main steps are over; take this need out")
  }
}
