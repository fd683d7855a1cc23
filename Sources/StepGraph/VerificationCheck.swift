import BackendKit
import Diagnostics
import PlanModel
import RunEvents
import Values

/// Sees to it that what is restored is proven: every restored database read by a required check that fits its engine
/// and runs after the restore.
enum VerificationCheck {
  static func run(_ graph: StepGraph, _ diagnostics: inout [Diagnostic]) {
    var readers: [DatabaseID: [Int]] = [:]
    for (node, entry) in graph.nodes.enumerated() {
      for planned in entry.step.action.effects.checks {
        guard let id = planned.check.database,
          let database = graph.plan.databases.first(where: { $0.id == id })
        else {
          continue
        }
        if let misfit = planned.check.misfit(with: database.recovery) {
          diagnostics.append(
            Diagnostic(
              .unfitCheck,
              "the check `\(planned.id)` of `\(entry.step.id)` does not fit the database `\(id)` "
                + "(engine \(database.engineName))", at: entry.step.range, hint: misfit))
        }
        if planned.isRequired, !entry.isFinally,
          entry.step.onFailure != .continue || node == graph.restoredWhen
        {
          readers[id, default: []].append(node)
        }
      }
    }
    for (node, entry) in graph.nodes.enumerated() where !entry.isFinally {
      for id in entry.step.action.effects.restores {
        check(id, restoredBy: node, readers: readers[id] ?? [], graph, &diagnostics)
      }
    }
  }

  private static func check(
    _ id: DatabaseID, restoredBy node: Int, readers: [Int], _ graph: StepGraph,
    _ diagnostics: inout [Diagnostic]
  ) {
    let step = graph.nodes[node].step
    guard !readers.isEmpty else {
      diagnostics.append(
        Diagnostic(
          .unverifiedRestore, "database `\(id)` is restored, but no required check reads it", at: step.range,
          hint:
            "add a check of `\(id)` to a VerifyIntegrity step, at least `{type: EngineCheck, database: \(id)}`"
        ))
      return
    }
    let after = graph.descendants(of: node)
    guard readers.contains(where: after.contains) else {
      diagnostics.append(
        Diagnostic(
          .verifyBeforeRestore,
          "no check of `\(id)` runs after `\(step.id)` has restored it: `\(graph.nodes[readers[0]].step.id)` does not wait for it",
          at: graph.nodes[readers[0]].step.range, hint: "add `\(step.id)` to the `needs` of the check's step")
      )
      return
    }
    guard let restoredWhen = graph.restoredWhen else { return }
    let before = graph.ancestors(of: restoredWhen).union([restoredWhen])
    if !readers.contains(where: { before.contains($0) && after.contains($0) }) {
      diagnostics.append(
        Diagnostic(
          .weaklyVerifiedRestore,
          "database `\(id)` is checked only after `\(graph.nodes[restoredWhen].step.id)` has stopped the clock",
          at: step.range, hint: "check it in that step, or in one that it needs"))
    }
  }
}
