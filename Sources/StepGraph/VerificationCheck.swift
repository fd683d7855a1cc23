import BackendKit
import Diagnostics
import PlanModel
import RunEvents
import Values

/// Sees to it that what is restored is proven: every restored database read by a required check that fits its engine
/// and runs after the restore.
enum VerificationCheck {
  static func run(_ graph: StepGraph, _ diagnostics: inout [Diagnostic]) {
    let databases = Dictionary(graph.plan.databases.map { ($0.id, $0) }) { first, _ in first }
    var readers: [DatabaseID: [Int]] = [:]
    for (node, entry) in graph.nodes.enumerated() {
      for planned in entry.step.action.effects.checks {
        guard let id = planned.check.database, let database = databases[id] else { continue }
        if let misfit = planned.check.misfit(with: database.recovery) {
          diagnostics.append(
            Diagnostic(
              .unfitCheck,
              "the check `\(planned.id)` of `\(entry.step.id)` does not fit the database `\(id)` "
                + "(engine \(database.engineName))", at: entry.step.range, hint: misfit))
        }
        if planned.isRequired, planned.check.readsData, !entry.isFinally,
          entry.step.onFailure != .continue || node == graph.restoredWhen
        {
          readers[id, default: []].append(node)
        }
      }
    }
    var restores: [Restore] = []
    for (node, entry) in graph.nodes.enumerated() where !entry.isFinally {
      for id in entry.step.action.effects.restores {
        // What a repair restores, the check proves that asked for it.
        let isProvenAfterRepair = readers[id]?.contains { reader in
          graph.nodes[reader].repairs.values.contains { $0.contains(node) }
        }
        if entry.isRepair, isProvenAfterRepair == true { continue }
        restores.append(Restore(database: id, node: node, readers: readers[id] ?? []))
      }
    }
    let isProven = graph.leads(restores.map { ($0.node, $0.readers) })
    let inTime = graph.restoredWhen.map { graph.ancestors(of: $0).union([$0]) } ?? []
    let isProvenInTime = graph.leads(restores.map { ($0.node, $0.readers.filter(inTime.contains)) })
    for (index, restore) in restores.enumerated() where !isProvenInTime[index] {
      report(restore, isProven: isProven[index], graph, &diagnostics)
    }
  }

  /// One database restored by one step, with the steps that prove it.
  private struct Restore {
    let database: DatabaseID
    let node: Int
    let readers: [Int]
  }

  private static func report(
    _ restore: Restore, isProven: Bool, _ graph: StepGraph, _ diagnostics: inout [Diagnostic]
  ) {
    let id = restore.database
    let step = graph.nodes[restore.node].step
    guard let first = restore.readers.first else {
      diagnostics.append(
        Diagnostic(
          .unverifiedRestore, "database `\(id)` is restored, but no required check reads it", at: step.range,
          hint:
            "add a check of `\(id)` to a VerifyIntegrity step, at least `{type: EngineCheck, database: \(id)}`"
        ))
      return
    }
    guard isProven else {
      diagnostics.append(
        Diagnostic(
          .verifyBeforeRestore,
          "no check of `\(id)` runs after `\(step.id)` has restored it: `\(graph.nodes[first].step.id)` does not wait for it",
          at: graph.nodes[first].step.range, hint: "add `\(step.id)` to the `needs` of the check's step")
      )
      return
    }
    guard let restoredWhen = graph.restoredWhen else { return }
    diagnostics.append(
      Diagnostic(
        .weaklyVerifiedRestore,
        "database `\(id)` is checked only after `\(graph.nodes[restoredWhen].step.id)` has stopped the clock",
        at: step.range, hint: "check it in that step, or in one that it needs"))
  }
}
