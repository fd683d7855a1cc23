import PlanModel
import Values

/// A step graph in the language of Graphviz.
public enum GraphDot {
  /// The graph; pipe it into `dot -Tsvg`.
  public static func text(_ graph: StepGraph) -> String {
    let critical = graph.expectedPath.nodes
    let isCritical = Set(critical)
    let edges = Set(zip(critical, critical.dropFirst()).map { "\($0) \($1)" })
    var lines = [
      "digraph \"\(graph.plan.name)\" {", "  rankdir=LR;", "  node [shape=box, fontname=\"sans-serif\"];",
    ]
    for (node, entry) in graph.nodes.enumerated() {
      let style = isCritical.contains(node) ? ", penwidth=2.5" : ""
      let mark = node == graph.restoredWhen ? ", peripheries=2" : ""
      let dashed = entry.isFinally ? ", style=dashed" : ""
      lines.append(
        "  \"\(entry.step.id)\" [label=\"\(entry.step.id)\\n\(entry.step.actionName)\"\(style)\(mark)\(dashed)];"
      )
    }
    for (node, entry) in graph.nodes.enumerated() {
      for predecessor in entry.predecessors {
        let style = edges.contains("\(predecessor) \(node)") ? " [penwidth=2.5]" : ""
        lines.append("  \"\(graph.nodes[predecessor].step.id)\" -> \"\(entry.step.id)\"\(style);")
      }
    }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }
}
