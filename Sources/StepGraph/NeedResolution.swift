import Diagnostics
import PlanModel

/// Resolves `needs` to steps: a step without `needs` waits for the one above it in its section.
enum NeedResolution {
  static func resolve(_ plan: Plan, _ index: StepIndex, _ diagnostics: inout [Diagnostic]) -> [[Int]] {
    index.steps.enumerated().map { node, step in
      guard let needs = step.needs else {
        return node == 0 || node == index.mainCount ? [] : [node - 1]
      }
      var resolved: [Int] = []
      for need in needs {
        guard let target = index[need.name] else {
          diagnostics.append(unknownStep(need, of: step, index))
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

  private static func unknownStep(_ need: StepNeed, of step: Step, _ index: StepIndex) -> Diagnostic {
    Diagnostic(
      .unknownStepReference, "step `\(step.id)` needs `\(need.name)`, which does not exist", at: need.range,
      hint: index.hint(for: need.name))
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
