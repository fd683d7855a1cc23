import PlanModel
import Values

/// A step graph in the language of Mermaid, which code hosts draw inside Markdown.
public enum GraphMermaid {
  /// The graph.
  public static func text(_ graph: StepGraph) -> String {
    let critical = graph.expectedPath.nodes
    var lines = ["flowchart LR"]
    for (node, entry) in graph.nodes.enumerated() {
      let label = "\"\(entry.step.id)<br/>\(entry.step.actionName)\""
      let shape = node == graph.restoredWhen ? "([\(label)])" : "[\(label)]"
      lines.append("  s\(node)\(shape)")
    }
    for (node, entry) in graph.nodes.enumerated() {
      for predecessor in entry.predecessors { lines.append("  s\(predecessor) --> s\(node)") }
    }
    if !critical.isEmpty {
      lines.append("  classDef critical stroke-width:4px")
      lines.append("  class \(critical.map { "s\($0)" }.joined(separator: ",")) critical")
    }
    let finally = graph.nodes.indices.filter { graph.nodes[$0].isFinally }
    if !finally.isEmpty {
      lines.append("  classDef finally stroke-dasharray:4")
      lines.append("  class \(finally.map { "s\($0)" }.joined(separator: ",")) finally")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
