import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import Values

@testable import StepGraph

/// Graphs made in code; unlike the builder it asks for no checks and no declared databases.
enum GraphFixture {
  /// `repairs`: for a step, by name, the steps that repair what its check `c` finds.
  static func graph(
    _ main: [Step], finally: [Step] = [], restoredWhen: String? = nil, repairs: [String: [String]] = [:]
  ) -> StepGraph {
    let steps = main + finally
    let index = Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1.id.text, $0) })
    let predecessors = steps.enumerated().map { node, step -> [Int] in
      guard let needs = step.needs else { return node == 0 || node == main.count ? [] : [node - 1] }
      return needs.compactMap { index[$0.name] }.sorted()
    }
    return graph(
      PlanFixtures.plan(main, finally: finally), predecessors,
      restoredWhen: restoredWhen.flatMap { index[$0] },
      repairs: Dictionary(
        uniqueKeysWithValues: repairs.compactMap { name, steps in
          index[name].map { ($0, steps.compactMap { index[$0] }) }
        }))
  }

  static func graph(
    _ plan: Plan, _ predecessors: [[Int]], restoredWhen: Int?, repairs: [Int: [Int]] = [:]
  ) -> StepGraph {
    let steps = plan.steps + plan.finally
    var successors = [[Int]](repeating: [], count: steps.count)
    for (node, needs) in predecessors.enumerated() {
      for need in needs { successors[need].append(node) }
    }
    var order: [Int] = []
    var open = predecessors.map(\.count)
    var ready = open.indices.filter { open[$0] == 0 }
    while !ready.isEmpty {
      order += ready
      var next: [Int] = []
      for node in ready {
        for successor in successors[node] {
          open[successor] -= 1
          if open[successor] == 0 { next.append(successor) }
        }
      }
      ready = next.sorted()
    }
    let repairing = Set(repairs.values.flatMap(\.self))
    let nodes = steps.indices.map {
      StepNode(
        step: steps[$0], predecessors: predecessors[$0], successors: successors[$0],
        isFinally: $0 >= plan.steps.count, isRepair: repairing.contains($0),
        repairs: repairs[$0].map { ["c": $0] } ?? [:])
    }
    return StepGraph(
      plan: plan, nodes: nodes, mainCount: plan.steps.count, order: order, restoredWhen: restoredWhen)
  }
}
