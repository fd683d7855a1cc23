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
    let names = (cycle + [cycle[0]]).map { index.steps[$0].id.text }.joined(separator: " -> ")
    let step = index.steps[cycle[0]]
    diagnostics.append(
      Diagnostic(
        .dependencyCycle, "steps wait for each other: \(names)", at: step.needs?.first?.range ?? step.range,
        hint: step.needs == nil
          ? "`\(step.id)` has no `needs` and so waits for the step above it; `needs: []` starts at once"
          : "take one of these needs out"))
    return nil
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
