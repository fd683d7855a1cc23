import BackendKit
import PlanModel
import RunEvents
import Values

/// A step graph for people: one line a step in the order of time, with its place on a common time line.
public enum GraphText {
  /// The graph in at most `width` columns; `color` marks the critical path with bold too, never alone.
  public static func text(_ graph: StepGraph, width: Int, color: Bool) -> String {
    let path = graph.expectedPath
    let isCritical = Set(path.nodes)
    let main = (0..<graph.mainCount).sorted { (path.spans[$0].start, $0) < (path.spans[$1].start, $1) }
    let horizon = path.spans[..<graph.mainCount].map(\.end).max() ?? .zero
    let columns = Columns(graph, width: width)
    var lines = [heading(graph, path), ""]
    lines.append(columns.line("", "start", "step", "action", "takes", "time line", "needs"))
    for node in main {
      lines.append(row(node, graph, path, isCritical, horizon, columns, color: color))
    }
    if graph.mainCount < graph.nodes.count {
      lines += ["", "finally, whatever happened:"]
      for node in graph.mainCount..<graph.nodes.count {
        let step = graph.nodes[node].step
        lines.append(
          columns.line(
            " ", "", step.id.text, step.actionName, takes(graph.nodes[node], graph), "", needs(node, graph)))
      }
    }
    lines += ["", "* on the critical path; ~ estimated, <= declared timeout, ? neither"]
    if let node = graph.restoredWhen {
      lines.append("the recovery clock stops when `\(graph.nodes[node].step.id)` succeeds")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func heading(_ graph: StepGraph, _ path: CriticalPath) -> String {
    let rto = graph.plan.objectives.rto
    let worst = graph.worstPath
    var text =
      "\(graph.plan.name): \(graph.nodes.count) steps; expected \(path.total.planText), worst case by timeouts \(worst.total.planText)"
    text += ", RTO \(rto.planText), margin \(rto >= worst.total ? (rto - worst.total).planText : "none")"
    let names = path.nodes.map { graph.nodes[$0].step.id.text }
    text +=
      "\ncritical path: \(names.count <= 12 ? names.joined(separator: " -> ") : "\(names[0]) -> ... -> \(names[names.count - 1]) (\(names.count) steps)")"
    if graph.hasUnknownDurations {
      text += "\nsome steps have neither estimate nor timeout: the times are lower bounds"
    }
    return text
  }

  private static func row(
    _ node: Int, _ graph: StepGraph, _ path: CriticalPath, _ critical: Set<Int>, _ horizon: Duration,
    _ columns: Columns,
    color: Bool
  ) -> String {
    let entry = graph.nodes[node]
    let span = path.spans[node]
    let isSkipped = !entry.step.modes.contains(.recovery)
    let line = columns.line(
      critical.contains(node) ? "*" : " ", span.start.planText, entry.step.id.text,
      entry.step.actionName + (isSkipped ? " (drill only)" : ""), takes(entry, graph),
      bar(span, horizon, columns.barWidth), needs(node, graph))
    return color && critical.contains(node) ? "\u{1b}[1m\(line)\u{1b}[0m" : line
  }

  private static func takes(_ node: StepNode, _ graph: StepGraph) -> String {
    guard let duration = graph.assumedDuration(of: node) else { return "?" }
    return (node.step.estimate == nil ? "<=" : "~") + duration.planText
  }

  private static func needs(_ node: Int, _ graph: StepGraph) -> String {
    let names = graph.nodes[node].predecessors.map { graph.nodes[$0].step.id.text }
    return names.count <= 4 ? names.joined(separator: ", ") : "\(names[0]), ... \(names.count) steps"
  }

  private static func bar(_ span: CriticalPath.Span, _ horizon: Duration, _ width: Int) -> String {
    guard horizon > .zero, width > 0 else { return "" }
    func column(_ time: Duration) -> Int { Int(Double(width) * (time / horizon)) }
    let start = min(column(span.start), width - 1)
    let length = max(1, column(span.end) - start)
    return String(repeating: " ", count: start)
      + (span.end > span.start ? String(repeating: "=", count: length) : "|")
  }
}

/// Column widths of the table, so that no name is cut and the time line gets what is left.
private struct Columns {
  let step: Int
  let action: Int
  let barWidth: Int

  init(_ graph: StepGraph, width: Int) {
    step = max(4, graph.nodes.map(\.step.id.text.count).max() ?? 0)
    action = max(6, graph.nodes.map(\.step.actionName.count).max() ?? 0)
    let needs = min(
      40,
      graph.nodes.map { $0.predecessors.map { graph.nodes[$0].step.id.text.count + 2 }.reduce(0, +) }.max()
        ?? 0)
    barWidth = max(10, min(40, width - step - action - needs - 26))
  }

  func line(
    _ mark: String, _ start: String, _ step: String, _ action: String, _ takes: String, _ bar: String,
    _ needs: String
  ) -> String {
    let text =
      "\(pad(mark, 1)) \(pad(start, 7)) \(pad(step, self.step)) \(pad(action, self.action)) \(pad(takes, 9)) "
      + "\(pad(bar, barWidth)) \(needs)"
    return String(text.reversed().drop { $0 == " " }.reversed())
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
