import Diagnostics
import PlanModel
import RunEvents
import Values

/// Holds the timeouts of the critical path against the RTO.
enum TimeBudgetCheck {
  static func run(_ graph: StepGraph, _ diagnostics: inout [Diagnostic]) {
    // A step without a timeout of its own may take as long as the RTO: counting that would refuse every short plan.
    let path = graph.criticalPath { node in
      guard node.step.modes.contains(.recovery) else { return .zero }
      return node.step.declaresTimeout ? node.step.timeout : node.step.estimate ?? .zero
    }
    let rto = graph.plan.objectives.rto
    guard !path.nodes.isEmpty else { return }
    let names = path.nodes.map { graph.nodes[$0].step.id.text }
    let chain =
      names.count <= 8
      ? names.joined(separator: " -> ")
      : "\(names[0]) -> ... \(names.count - 2) steps ... -> \(names[names.count - 1])"
    if path.total > rto {
      diagnostics.append(
        Diagnostic(
          .rtoUnreachable,
          "timeouts on \(chain) add up to \(path.total.planText), over the RTO of \(rto.planText)",
          at: graph.plan.objectives.range, hint: "raise the RTO, or lower a `timeout` on this path"))
    } else if path.total > rto * 9 / 10 {
      let margin = rto - path.total
      diagnostics.append(
        Diagnostic(
          .thinMargin,
          "timeouts on \(chain) add up to \(path.total.planText): \(margin.planText) of the RTO of \(rto.planText) is left",
          at: graph.plan.objectives.range,
          hint: "leave at least a tenth of the RTO for what happens before the run"))
    }
  }
}
