public import Diagnostics
public import PlanModel
import Values

/// Turns a plan into its step graph: each pass looks at one thing, and all of them report at once.
public enum GraphBuilder {
  /// The graph, and everything that is wrong or doubtful about how the plan's parts fit together.
  ///
  /// The graph is nil if there is an error. Takes time linear in steps and needs.
  public static func build(_ plan: Plan) -> (graph: StepGraph?, diagnostics: [Diagnostic]) {
    var diagnostics: [Diagnostic] = []
    let index = StepIndex(plan, &diagnostics)
    let repairs = RepairCheck(plan, index, &diagnostics)
    let needs = NeedResolution.resolve(plan, index, repairs.repairing, &diagnostics)
    // A step that could not be read may be the one that a step without `needs` waits for.
    let order = plan.unread.steps.isEmpty ? CycleCheck.order(plan, index, needs, &diagnostics) : nil
    NameCheck.run(plan, &diagnostics)
    PlaceCheck.run(plan, &diagnostics)
    let restoredWhen = RestoredWhenCheck.resolve(plan, index, &diagnostics)
    NotificationCheck.run(plan, &diagnostics)
    // With an edge or a name missing, what the next passes say would only follow from that.
    // Nor can they judge a plan of which a part could not be read.
    guard let order, !plan.unread.isPartial,
      !broken(diagnostics, [.duplicateStepID, .unknownStepReference, .finallyBoundary, .badRepair])
    else {
      return (nil, diagnostics)
    }
    let graph = assemble(
      plan, index, needs, repairs, order, broken(diagnostics, [.restoredWhen]) ? nil : restoredWhen)
    ReferenceCheck.run(graph, index, &diagnostics)
    NotificationCheck.run(graph, &diagnostics)
    if !broken(diagnostics, [.unknownName]) { VerificationCheck.run(graph, &diagnostics) }
    if !broken(diagnostics, [.restoredWhen]) { TimeBudgetCheck.run(graph, &diagnostics) }
    return (diagnostics.hasErrors ? nil : graph, diagnostics)
  }

  private static func broken(_ diagnostics: [Diagnostic], _ rules: Set<DiagnosticRule>) -> Bool {
    diagnostics.contains { rules.contains($0.rule) }
  }

  private static func assemble(
    _ plan: Plan, _ index: StepIndex, _ needs: [[Int]], _ repairs: RepairCheck, _ order: [Int],
    _ restoredWhen: Int?
  ) -> StepGraph {
    var successors = [[Int]](repeating: [], count: needs.count)
    for (node, predecessors) in needs.enumerated() {
      for predecessor in predecessors { successors[predecessor].append(node) }
    }
    let nodes = needs.indices.map { node in
      StepNode(
        step: index.steps[node], predecessors: needs[node], successors: successors[node],
        isFinally: node >= plan.steps.count, isRepair: repairs.repairing.contains(node),
        repairs: repairs.repairs[node])
    }
    return StepGraph(
      plan: plan, nodes: nodes, mainCount: plan.steps.count, order: order, restoredWhen: restoredWhen)
  }
}

/// All steps in one list with their names.
struct StepIndex {
  /// Main steps, then `finally`, in the plan's order.
  let steps: [Step]
  /// How many of them are main steps.
  let mainCount: Int
  private let byName: [String: Int]
  private let searches = HintBudget()

  init(_ plan: Plan, _ diagnostics: inout [Diagnostic]) {
    steps = plan.steps + plan.finally
    mainCount = plan.steps.count
    var byName: [String: Int] = [:]
    byName.reserveCapacity(steps.count)
    for (node, step) in steps.enumerated() {
      if let first = byName[step.id.text] {
        let place = steps[first].range.start
        diagnostics.append(
          Diagnostic(
            .duplicateStepID, "step id `\(step.id)` is already used at \(place.line):\(place.column)",
            at: step.range,
            hint: "give this step a name of its own"))
      } else {
        byName[step.id.text] = node
      }
    }
    self.byName = byName
  }

  /// The step of that name.
  subscript(name: String) -> Int? { byName[name] }

  /// The step somebody probably meant, with its line.
  func hint(for name: String) -> String? {
    guard searches.spend(), let nearest = NearestName.of(name, among: steps.lazy.map(\.id.text)),
      let node = byName[nearest]
    else { return nil }
    return "did you mean `\(nearest)` (line \(steps[node].range.start.line))?"
  }
}

/// How often the nearest name is still looked for: each search looks at all names, and a plan in which everything is
/// wrong would take their product.
final class HintBudget {
  private var left = 50

  /// Whether one more search may be made.
  func spend() -> Bool {
    left -= 1
    return left >= 0
  }
}
