import BackendKit
import Declarations
import Diagnostics
import PlanModel
import Values

/// Sees to it that every run-time reference has a value by the time its step runs.
enum ReferenceCheck {
  /// What `${run.…}` offers; filled in by the fold over the run's events.
  static let runNames = [
    "id", "mode", "plan", "result", "recoveryTime", "recoveryPoint", "dataLoss", "startedAt", "failedStep",
    "error",
  ]

  static func run(_ graph: StepGraph, _ index: StepIndex, _ diagnostics: inout [Diagnostic]) {
    var readings: [Reading] = []
    for (node, step) in index.steps.enumerated() {
      for placed in step.references {
        switch look(at: placed.reference, graph, index) {
        case .resolved: continue
        case .output(let source): readings.append(Reading(node: node, source: source, place: placed))
        case .problem(let message, let hint):
          diagnostics.append(Diagnostic(.unresolvedReference, message, at: placed.range, hint: hint))
        }
      }
    }
    // `finally` runs also after failures: an output read there may be missing, so it can read none of the main steps.
    let isUpstream = graph.leads(readings.map { ($0.source, [$0.node]) })
    for (reading, isUpstream) in zip(readings, isUpstream) where !isUpstream {
      let source = index.steps[reading.source].id
      diagnostics.append(
        Diagnostic(
          .unresolvedReference,
          "step `\(index.steps[reading.node].id)` reads an output of `\(source)` but does not run after it",
          at: reading.place.range, hint: "add `\(source)` to its `needs`"))
    }
  }

  /// A step that reads an output of another.
  private struct Reading {
    let node: Int
    let source: Int
    let place: PlacedReference
  }

  private enum Look {
    case resolved
    /// It reads an output that the step `source` gives.
    case output(source: Int)
    case problem(message: String, hint: String?)
  }

  private static func look(at reference: Reference, _ graph: StepGraph, _ index: StepIndex) -> Look {
    switch reference.namespace {
    case "run":
      guard reference.path.count == 1, runNames.contains(reference.path[0]) else {
        let nearest = NearestName.of(reference.path.joined(separator: "."), among: runNames)
        return .problem(
          message: "a run has no `\(reference.path.joined(separator: "."))`",
          hint: nearest.map { "did you mean `${run.\($0)}`?" }
            ?? "it has: \(runNames.joined(separator: ", "))")
      }
      return .resolved
    case "steps": return lookAtStep(reference, graph, index)
    default: return .problem(message: "`\(reference)` has no value here", hint: nil)
    }
  }

  private static func lookAtStep(_ reference: Reference, _ graph: StepGraph, _ index: StepIndex) -> Look {
    guard reference.path.count == 3, reference.path[1] == "outputs" else {
      return .problem(
        message: "`\(reference)` names no output of a step", hint: "write `${steps.id.outputs.name}`")
    }
    guard let source = index[reference.path[0]] else {
      return .problem(
        message: "`\(reference)` reads the step `\(reference.path[0])`, which does not exist",
        hint: index.hint(for: reference.path[0]))
    }
    let outputs = index.steps[source].action.effects.outputs
    guard outputs.contains(reference.path[2]) else {
      let nearest = NearestName.of(reference.path[2], among: outputs).map { "did you mean `\($0)`? " } ?? ""
      return .problem(
        message: "step `\(reference.path[0])` has no output `\(reference.path[2])`",
        hint: nearest + (outputs.isEmpty ? "it has none" : "it has: \(outputs.joined(separator: ", "))"))
    }
    return .output(source: source)
  }
}
