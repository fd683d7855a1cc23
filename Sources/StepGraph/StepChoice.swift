import Declarations
import PlanModel
public import RunEvents
import Values

/// Which steps a person leaves out of a run, and how that is said: pure.
public struct StepChoice: Sendable {
  /// Just these main steps; empty: all.
  public var only: [String]
  /// These main steps and all that run after them; empty: all.
  public var from: [String]
  /// Not these main steps.
  public var skip: [String]
  /// Why, if a person said so.
  public var reason: String?

  /// What a person asked for, as they wrote it.
  public init(only: [String] = [], from: [String] = [], skip: [String] = [], reason: String? = nil) {
    self.only = only
    self.from = from
    self.skip = skip
    self.reason = reason
  }

  /// Why steps cannot be left out like this.
  public struct Refusal: Error, Equatable {
    /// What is wrong.
    public let message: String
    /// What to do.
    public let remedy: String?

    init(_ message: String, remedy: String? = nil) {
      self.message = message
      self.remedy = remedy
    }
  }

  /// Whether anything was asked for.
  public var isEmpty: Bool { only.isEmpty && from.isEmpty && skip.isEmpty }

  /// The steps to leave out, by index, each with why.
  ///
  /// `finally` always runs. A choice that leaves nothing out, or nothing in, is refused, as is one that leaves out a step
  /// whose outputs another uses: that would only be found out half-way.
  public func excluded(in graph: StepGraph, mode: RunMode) throws(Refusal) -> [Int: String] {
    guard !isEmpty else {
      if reason != nil { throw Refusal("`--reason` says why steps are left out, and none are") }
      return [:]
    }
    guard only.isEmpty || from.isEmpty && skip.isEmpty else {
      throw Refusal("`--only` names all that runs: `--from` and `--skip` cannot go with it")
    }
    let chosen = try indices(only, "only", graph)
    let first = try indices(from, "from", graph)
    let skipped = try indices(skip, "skip", graph)
    var excluded: [Int: String] = [:]
    if !chosen.isEmpty { leave(out: graph.mainSteps.subtracting(chosen), "only", &excluded) }
    if !first.isEmpty { leave(out: graph.mainSteps.subtracting(graph.after(first)), "from", &excluded) }
    leave(out: skipped, "skip", &excluded)
    // What does not belong to the mode is left out by the mode.
    excluded = excluded.filter { graph.nodes[$0.key].step.modes.contains(mode) }
    try check(excluded, graph, mode)
    return excluded
  }

  private func leave(out steps: Set<Int>, _ option: String, _ excluded: inout [Int: String]) {
    for step in steps { excluded[step] = "left out by --\(option)" + (reason.map { ": \($0)" } ?? "") }
  }

  private func indices(_ names: [String], _ option: String, _ graph: StepGraph) throws(Refusal) -> Set<Int> {
    var found: Set<Int> = []
    for name in names {
      guard let index = graph.nodes.firstIndex(where: { $0.step.id.text == name }) else {
        let main = graph.nodes.prefix(graph.mainCount).map(\.step.id.text)
        throw Refusal(
          "`--\(option) \(name)`: the plan has no such step",
          remedy: NearestName.of(name, among: main).map { "did you mean `\($0)`?" }
            ?? "its steps are \(main.prefix(20).joined(separator: ", "))")
      }
      guard index < graph.mainCount else {
        throw Refusal("`--\(option) \(name)`: the step is one of `finally`, which always runs")
      }
      found.insert(index)
    }
    return found
  }

  private func check(_ excluded: [Int: String], _ graph: StepGraph, _ mode: RunMode) throws(Refusal) {
    let running = graph.mainSteps.filter {
      excluded[$0] == nil && graph.nodes[$0].step.modes.contains(mode)
    }
    guard !excluded.isEmpty else {
      throw Refusal(
        "nothing is left out by this choice of steps",
        remedy: "run without it: a run that leaves steps out never counts as a whole recovery")
    }
    guard !running.isEmpty else { throw Refusal("this choice of steps leaves no step to run") }
    for step in running.sorted() + Array(graph.mainCount..<graph.nodes.count) {
      for placed in graph.nodes[step].step.references where placed.reference.namespace == "steps" {
        guard let used = placed.reference.path.first,
          let missing = excluded.keys.first(where: { graph.nodes[$0].step.id.text == used })
        else { continue }
        // `finally` has to cope with steps that were never reached anyway.
        guard step < graph.mainCount else { continue }
        throw Refusal(
          "step `\(graph.nodes[step].step.id)` uses `\(placed.reference)`, and `\(used)` is "
            + (excluded[missing] ?? "left out"),
          remedy: "leave `\(graph.nodes[step].step.id)` out too, or let `\(used)` run")
      }
    }
  }
}

extension StepGraph {
  fileprivate var mainSteps: Set<Int> { Set(0..<mainCount) }

  /// These steps and all that run after them.
  fileprivate func after(_ first: Set<Int>) -> Set<Int> {
    var reached = first
    for step in order where !nodes[step].predecessors.allSatisfy({ !reached.contains($0) }) {
      reached.insert(step)
    }
    return reached
  }
}
