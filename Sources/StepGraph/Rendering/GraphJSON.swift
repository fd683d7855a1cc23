import PlanModel
import RunEvents
public import Values

/// A step graph for machines.
public enum GraphJSON {
  /// The graph with its paths; more keys may be added, none of these change.
  public static func value(_ graph: StepGraph) -> JSONValue {
    let expected = graph.expectedPath
    let worst = graph.worstPath
    let rto = graph.plan.objectives.rto
    let critical = Set(expected.nodes)
    return [
      "schemaVersion": 1,
      "plan": .string(graph.plan.name.text),
      "rtoSeconds": .number(rto.roundedSeconds),
      "rpoSeconds": .number(graph.plan.objectives.rpo.roundedSeconds),
      "restoredWhen": graph.restoredWhen.map { .string(graph.nodes[$0].step.id.text) } ?? .null,
      "criticalPath": .array(expected.nodes.map { .string(graph.nodes[$0].step.id.text) }),
      "expectedSeconds": .number(expected.total.roundedSeconds),
      "worstSeconds": .number(worst.total.roundedSeconds),
      "marginSeconds": .number((rto - worst.total).roundedSeconds),
      "hasUnknownDurations": .bool(graph.hasUnknownDurations),
      "steps": .array(
        graph.nodes.indices.map { step($0, graph, expected, isCritical: critical.contains($0)) }),
    ]
  }

  private static func step(_ node: Int, _ graph: StepGraph, _ path: CriticalPath, isCritical: Bool)
    -> JSONValue
  {
    let entry = graph.nodes[node]
    return [
      "id": .string(entry.step.id.text),
      "action": .string(entry.step.actionName),
      "title": entry.step.title.map { .string($0) } ?? .null,
      "needs": .array(entry.predecessors.map { .string(graph.nodes[$0].step.id.text) }),
      "finally": .bool(entry.isFinally),
      "modes": .array(entry.step.modes.map(\.rawValue).sorted().map { .string($0) }),
      "onFailure": .string(entry.step.onFailure.rawValue),
      "estimateSeconds": entry.step.estimate.map { .number($0.roundedSeconds) } ?? .null,
      "timeoutSeconds": .number(entry.step.timeout.roundedSeconds),
      "timeoutDeclared": .bool(entry.step.declaresTimeout),
      "startSeconds": .number(path.spans[node].start.roundedSeconds),
      "endSeconds": .number(path.spans[node].end.roundedSeconds),
      "critical": .bool(isCritical),
    ]
  }
}
