import BackendKit
import Declarations
import Diagnostics
import PlanModel
import RunEvents
import Values

/// Sees to it that every run-time reference has a value by the time its step runs.
enum ReferenceCheck {
  /// What `${run.…}` offers.
  static let runNames = RunReferenceNames.all

  static func run(_ graph: StepGraph, _ index: StepIndex, _ diagnostics: inout [Diagnostic]) {
    for placed in graph.plan.references {
      guard let problem = problemOutsideSteps(with: placed.reference) else { continue }
      diagnostics.append(
        Diagnostic(.unresolvedReference, problem.message, at: placed.range, hint: problem.hint))
    }
    let upstream = Upstream(graph, index)
    for (node, step) in index.steps.enumerated() {
      for placed in step.references {
        guard let problem = problem(with: placed.reference, at: node, upstream, index) else { continue }
        diagnostics.append(
          Diagnostic(.unresolvedReference, problem.message, at: placed.range, hint: problem.hint))
      }
    }
  }

  private static func problem(
    with reference: Reference, at node: Int, _ upstream: Upstream, _ index: StepIndex
  ) -> (message: String, hint: String?)? {
    switch reference.namespace {
    case "run": return runProblem(reference)
    case "steps": return stepProblem(reference, at: node, upstream, index)
    default: return ("`\(reference)` has no value here", nil)
    }
  }

  /// Services and channels are used by any step, also by one that runs before the step whose output is asked for.
  private static func problemOutsideSteps(with reference: Reference) -> (message: String, hint: String?)? {
    if reference.namespace == "run" { return runProblem(reference) }
    return (
      "`\(reference)` has no value outside of steps",
      "only `${run...}`, `${params...}` and `${plan...}` have one here"
    )
  }

  private static func runProblem(_ reference: Reference) -> (message: String, hint: String?)? {
    let name = reference.path.joined(separator: ".")
    guard reference.path.count != 1 || !runNames.contains(name) else { return nil }
    let nearest = NearestName.of(name, among: runNames)
    return (
      "a run has no `\(name)`",
      nearest.map { "did you mean `${run.\($0)}`?" } ?? "it has: \(runNames.joined(separator: ", "))"
    )
  }

  private static func stepProblem(
    _ reference: Reference, at node: Int, _ upstream: Upstream, _ index: StepIndex
  ) -> (message: String, hint: String?)? {
    guard reference.path.count == 3, reference.path[1] == "outputs" else {
      return ("`\(reference)` names no output of a step", "write `${steps.id.outputs.name}`")
    }
    guard let source = index[reference.path[0]] else {
      return (
        "`\(reference)` reads the step `\(reference.path[0])`, which does not exist",
        index.hint(for: reference.path[0])
      )
    }
    let outputs = index.steps[source].action.effects.outputs
    guard outputs.contains(reference.path[2]) else {
      let nearest = NearestName.of(reference.path[2], among: outputs).map { "did you mean `\($0)`? " } ?? ""
      return (
        "step `\(reference.path[0])` has no output `\(reference.path[2])`",
        nearest + (outputs.isEmpty ? "it has none" : "it has: \(outputs.joined(separator: ", "))")
      )
    }
    guard upstream.has(source, before: node) else {
      return (
        "step `\(index.steps[node].id)` reads an output of `\(reference.path[0])` but does not run after it",
        "add `\(reference.path[0])` to its `needs`"
      )
    }
    return nil
  }
}

/// Which steps that others read outputs of are over, with success, whenever those run.
///
/// `finally` runs also after failures: an output read there may be missing, so it can read none of the main steps.
private struct Upstream {
  private struct Reading: Hashable {
    let source: Int
    let node: Int
  }

  private let readings: Set<Reading>

  init(_ graph: StepGraph, _ index: StepIndex) {
    var asked: Set<Reading> = []
    for (node, step) in index.steps.enumerated() {
      for placed in step.references where placed.reference.namespace == "steps" {
        guard let source = placed.reference.path.first.flatMap({ index[$0] }) else { continue }
        asked.insert(Reading(source: source, node: node))
      }
    }
    let questions = asked.map { (from: $0.source, to: [$0.node]) }
    readings = Set(zip(asked, graph.leads(questions)).filter(\.1).map(\.0))
  }

  func has(_ source: Int, before node: Int) -> Bool {
    readings.contains(Reading(source: source, node: node))
  }
}
