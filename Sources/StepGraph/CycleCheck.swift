import Diagnostics
import PlanModel
import Values

/// Orders the steps so that each comes after those it needs, or says which of them wait for each other.
enum CycleCheck {
  static func order(
    _ plan: Plan, _ index: StepIndex, _ needs: [[Int]], _ diagnostics: inout [Diagnostic]
  ) -> [Int]? {
    var open = needs.map(\.count)
    var successors = [[Int]](repeating: [], count: needs.count)
    for (node, predecessors) in needs.enumerated() {
      for predecessor in predecessors { successors[predecessor].append(node) }
    }
    // Ready steps leave in rounds, each round in the plan's order: deterministic, and linear but for the sorting.
    var order: [Int] = []
    order.reserveCapacity(needs.count)
    var ready = open.indices.filter { open[$0] == 0 }
    while !ready.isEmpty {
      var next: [Int] = []
      for node in ready {
        order.append(node)
        for successor in successors[node] {
          open[successor] -= 1
          if open[successor] == 0 { next.append(successor) }
        }
      }
      ready = next.sorted()
    }
    guard order.count < needs.count else { return order }
    let cycle = findCycle(among: open.indices.filter { open[$0] > 0 }, needs)
    let step = index.steps[cycle[0]]
    let next = index.steps[cycle.count > 1 ? cycle[1] : cycle[0]].id.text
    let implicit = cycle.map { index.steps[$0] }.first { $0.needs == nil }
    diagnostics.append(
      Diagnostic(
        .dependencyCycle,
        cycle.count == 1
          ? "step `\(step.id)` needs itself" : "steps wait for each other: \(chain(cycle, index))",
        at: step.needs?.first { $0.name == next }?.range ?? step.range,
        hint: implicit.map {
          "`\($0.id)` has no `needs` and so waits for the step above it; `needs: []` starts at once"
        } ?? (cycle.count == 1 ? "take this need out" : "take one of these needs out")))
    return nil
  }

  /// The circle back to its first step, cut in the middle when nobody would read it all.
  private static func chain(_ cycle: [Int], _ index: StepIndex) -> String {
    var names = (cycle + [cycle[0]]).map { index.steps[$0].id.text }
    if names.count > 12 {
      names.replaceSubrange(6..<names.count - 5, with: ["... \(names.count - 11) more ..."])
    }
    return names.joined(separator: " -> ")
  }

  /// A circle among steps that all wait for another of them, as "needs" arrows, beginning with its first step.
  private static func findCycle(among stuck: [Int], _ needs: [[Int]]) -> [Int] {
    let isStuck = Set(stuck)
    var path: [Int] = []
    var position: [Int: Int] = [:]
    var node = stuck[0]
    while position[node] == nil {
      position[node] = path.count
      path.append(node)
      guard let next = needs[node].first(where: isStuck.contains) else { break }
      node = next
    }
    let cycle = Array(path[(position[node] ?? 0)...])
    let smallest = cycle.indices.min { cycle[$0] < cycle[$1] } ?? 0
    return Array(cycle[smallest...] + cycle[..<smallest])
  }
}
