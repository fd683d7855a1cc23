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
    var readers: [DatabaseID: Set<Int>] = [:]
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
          readers[id, default: []].insert(node)
        }
      }
    }
    let inTime = graph.restoredWhen.map { graph.ancestors(of: $0).union([$0]) }
    var search = ReaderSearch(graph)
    for (node, entry) in graph.nodes.enumerated() where !entry.isFinally {
      for id in entry.step.action.effects.restores {
        check(id, restoredBy: node, readers: readers[id] ?? [], inTime, &search, graph, &diagnostics)
      }
    }
  }

  private static func check(
    _ id: DatabaseID, restoredBy node: Int, readers: Set<Int>, _ inTime: Set<Int>?,
    _ search: inout ReaderSearch,
    _ graph: StepGraph, _ diagnostics: inout [Diagnostic]
  ) {
    let step = graph.nodes[node].step
    guard let first = readers.min() else {
      diagnostics.append(
        Diagnostic(
          .unverifiedRestore, "database `\(id)` is restored, but no required check reads it", at: step.range,
          hint:
            "add a check of `\(id)` to a VerifyIntegrity step, at least `{type: EngineCheck, database: \(id)}`"
        ))
      return
    }
    if let inTime, search.finds(after: node, where: { readers.contains($0) && inTime.contains($0) }) {
      return
    }
    guard search.finds(after: node, where: readers.contains) else {
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

/// Looks forward from a step until it finds one; most restores are proven a step or two later, so that thousands of
/// them cost little.
private struct ReaderSearch {
  private let graph: StepGraph
  private var lastSearch: [Int]
  private var search = 0

  init(_ graph: StepGraph) {
    self.graph = graph
    lastSearch = [Int](repeating: 0, count: graph.nodes.count)
  }

  mutating func finds(after node: Int, where isWanted: (Int) -> Bool) -> Bool {
    search += 1
    var open = [node]
    while let current = open.popLast() {
      for successor in graph.nodes[current].successors where lastSearch[successor] != search {
        if isWanted(successor) { return true }
        lastSearch[successor] = search
        open.append(successor)
      }
    }
    return false
  }
}
