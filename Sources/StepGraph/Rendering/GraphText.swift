import BackendKit
import PlanModel
import RunEvents
import Values

/// A step graph for people: what it takes against the RTO, then one line a step in the order of time, with its place on
/// a common time line.
public enum GraphText {
  /// The graph in about `width` columns: no name is cut, and columns that do not fit are left out, first the actions,
  /// then the needs; `color` marks the critical path with bold too, never alone.
  public static func text(_ graph: StepGraph, width: Int, color: Bool) -> String {
    let path = graph.expectedPath
    let isCritical = Set(path.total > .zero ? path.nodes : [])
    let columns = GraphColumns(graph, path, width: width)
    let main = (0..<graph.mainCount).sorted { (path.spans[$0].start, $0) < (path.spans[$1].start, $1) }
    var lines = heading(graph, path) + ["", columns.header]
    for node in main {
      let line = columns.row(node, isCritical: isCritical.contains(node))
      lines.append(color && isCritical.contains(node) ? "\u{1b}[1m\(line)\u{1b}[0m" : line)
    }
    if graph.mainCount < graph.nodes.count {
      lines += ["", "finally, whatever happened:"]
      lines += (graph.mainCount..<graph.nodes.count).map { columns.row($0, isCritical: false) }
    }
    let unknown = graph.hasUnknownDurations ? "   | no time known" : ""
    lines += [
      "",
      path.total > .zero
        ? "# critical path   = other steps\(unknown)" : "no step has an estimate or a timeout",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func heading(_ graph: StepGraph, _ path: CriticalPath) -> [String] {
    let rto = graph.plan.objectives.rto
    let steps = graph.nodes.count == 1 ? "1 step" : "\(graph.nodes.count) steps"
    var lines = [
      "\(graph.plan.name): \(steps), RTO \(rto.planText), RPO \(graph.plan.objectives.rpo.planText)"
    ]
    if path.total > .zero {
      let least = graph.hasUnknownDurations ? "at least " : ""
      lines.append("expected    \(least)\(path.total.planText) by estimates, \(margin(path.total, rto))")
      let worst = graph.worstPath.total
      lines.append("worst case  \(least)\(worst.planText) by timeouts, \(margin(worst, rto))")
      let names = path.nodes.map { graph.nodes[$0].step.id.text }
      let chain =
        names.count <= 12
        ? names.joined(separator: " -> ")
        : "\(names[0]) -> ... \(names.count - 2) steps ... -> \(names[names.count - 1])"
      lines.append("critical path: \(chain)")
    }
    if graph.hasUnknownDurations { lines.append("steps without estimate and timeout count as nothing here") }
    lines.append(
      graph.restoredWhen.map { "the recovery clock stops when `\(graph.nodes[$0].step.id)` succeeds" }
        ?? "no step verifies: nothing proves the recovery")
    return lines
  }

  private static func margin(_ total: Duration, _ rto: Duration) -> String {
    total <= rto ? "\((rto - total).planText) under the RTO" : "\((total - rto).planText) over the RTO"
  }
}
