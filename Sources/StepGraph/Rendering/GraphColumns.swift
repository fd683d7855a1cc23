import PlanModel
import RunEvents
import Values

/// The table of `GraphText`: which columns fit, how wide they are, and what stands in a row.
struct GraphColumns {
  private enum Column: CaseIterable {
    case step, action, start, estimate, timeout, bar, needs
  }

  private let graph: StepGraph
  private let path: CriticalPath
  private let horizon: Duration
  private let columns: [Column]
  private var widths: [Column: Int] = [:]

  init(_ graph: StepGraph, _ path: CriticalPath, width: Int) {
    self.graph = graph
    self.path = path
    horizon = path.spans[..<graph.mainCount].map(\.end).max() ?? .zero
    var columns = Column.allCases
    if horizon == .zero { columns.removeAll { $0 == .start || $0 == .bar } }
    if graph.nodes.allSatisfy({ $0.predecessors.isEmpty }) { columns.removeAll { $0 == .needs } }
    for column in columns where column != .bar {
      let cells = graph.nodes.indices.map { Self.cell($0, column, graph, path).count }
      widths[column] = max(Self.title(column).count, cells.max() ?? 0)
    }
    for column in [Column.action, .needs] where Self.total(columns, widths) + Self.leastBar > width {
      columns.removeAll { $0 == column }
    }
    widths[.bar] = max(Self.leastBar, min(40, width - Self.total(columns, widths)))
    self.columns = columns
  }

  /// The titles.
  var header: String {
    line("  ", columns.map { $0 == .bar ? scale : Self.title($0) })
  }

  /// The row of a step.
  func row(_ node: Int, isCritical: Bool) -> String {
    line(
      isCritical ? "# " : "  ",
      columns.map { $0 == .bar ? bar(node, isCritical: isCritical) : Self.cell(node, $0, graph, path) })
  }

  private static let leastBar = 12

  private static func total(_ columns: [Column], _ widths: [Column: Int]) -> Int {
    columns.reduce(2) { $0 + (widths[$1] ?? 0) + 2 }
  }

  private static func title(_ column: Column) -> String {
    switch column {
    case .step: "step"
    case .action: "action"
    case .start: "start"
    case .estimate: "estimate"
    case .timeout: "timeout"
    case .bar: ""
    case .needs: "needs"
    }
  }

  private static func cell(_ node: Int, _ column: Column, _ graph: StepGraph, _ path: CriticalPath) -> String
  {
    let step = graph.nodes[node].step
    let isLeftOut = !step.modes.contains(.recovery)
    switch column {
    case .step: return step.id.text
    case .action: return step.actionName
    case .start: return isLeftOut || graph.nodes[node].isFinally ? "" : path.spans[node].start.planText
    case .estimate: return isLeftOut ? "in drills" : step.estimate?.planText ?? "-"
    case .timeout: return step.declaresTimeout ? step.timeout.planText : "-"
    case .bar: return ""
    case .needs:
      let names = graph.nodes[node].predecessors.map { graph.nodes[$0].step.id.text }
      return names.count <= 3
        ? names.joined(separator: ", ") : "\(names[0]), \(names[1]) and \(names.count - 2) more"
    }
  }

  /// Both ends of the time line.
  private var scale: String {
    let end = horizon.planText
    return "0s" + String(repeating: " ", count: max(1, (widths[.bar] ?? 0) - 2 - end.count)) + end
  }

  private func bar(_ node: Int, isCritical: Bool) -> String {
    let entry = graph.nodes[node]
    guard !entry.isFinally, entry.step.modes.contains(.recovery), let width = widths[.bar] else { return "" }
    func column(_ time: Duration) -> Int { Int((Double(width) * (time / horizon)).rounded()) }
    let span = path.spans[node]
    let start = min(column(span.start), width - 1)
    let length = max(1, column(span.end) - start)
    let mark = span.end == span.start ? "|" : isCritical ? "#" : "="
    return String(repeating: " ", count: start) + String(repeating: mark, count: length)
  }

  private func line(_ mark: String, _ cells: [String]) -> String {
    var text = mark
    for (column, cell) in zip(columns, cells) {
      text += cell + String(repeating: " ", count: max(0, (widths[column] ?? 0) - cell.count) + 2)
    }
    return String(text.reversed().drop { $0 == " " }.reversed())
  }
}
