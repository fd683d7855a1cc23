import Execution
import PlanModel
import RunEvents
import StepGraph
import Values

/// A simulation for machines; documented in `docs/simulate.md`.
enum SimulationJSON {
  static func value(_ report: SimulationReport) -> JSONValue {
    let objectives = report.graph.plan.objectives
    return [
      "schemaVersion": 1, "plan": .string(report.graph.plan.name.text),
      "rtoSeconds": .number(objectives.rto.roundedSeconds),
      "mtdSeconds": seconds(objectives.mtd),
      "historyRuns": .integer(Int64(report.simulation.durations.runs)),
      "steps": .array(report.graph.nodes.indices.map { step($0, report) }),
      "expected": .object(run(report.expected, report)), "worst": .object(run(report.worst, report)),
      "chance": report.chance.map(chance) ?? .null,
      "faults": .array(report.outcomes.map { outcome($0, report) }),
      "findings": .array(report.findings.map { finding($0, report) }),
      "exitCode": .integer(Int64(report.exitCode.rawValue)),
    ]
  }

  private static func step(_ step: Int, _ report: SimulationReport) -> JSONValue {
    let duration = report.simulation.durations.steps[step]
    let declared = report.graph.nodes[step].step
    return [
      "id": .string(report.name(step)), "expectedSeconds": seconds(duration.expected),
      "worstSeconds": seconds(duration.worst),
      "timeoutSeconds": declared.declaresTimeout ? seconds(declared.timeout) : .null,
      "basis": .string(duration.basis.name), "runs": .integer(Int64(duration.basis.runs)),
      "startSeconds": seconds(report.expected.starts[step]),
      "endSeconds": seconds(report.expected.ends[step]),
    ]
  }

  private static func run(_ run: SimulatedRun, _ report: SimulationReport) -> [JSONValue.Member] {
    [
      .init("result", .string(run.result.rawValue)), .init("reason", text(run.reason)),
      .init("endSeconds", seconds(run.end)), .init("recoverySeconds", seconds(run.recoveryTime)),
      .init("whyUnmeasured", text(run.whyUnmeasured)), .init("rto", .string(run.rto.rawValue)),
      .init("told", .array(run.told.map { told($0, report) })),
      .init("leftBehind", .array(run.leftBehind.map { left($0, report) })),
    ]
  }

  private static func told(_ told: ToldStep, _ report: SimulationReport) -> JSONValue {
    [
      "step": .string(report.name(told.step)), "atSeconds": seconds(told.at),
      "channels": .array(told.channels.map { .string($0.text) }),
    ]
  }

  private static func left(_ thing: LeftBehind, _ report: SimulationReport) -> JSONValue {
    [
      "kind": .string(thing.name), "subject": text(thing.subject), "step": .string(report.name(thing.step)),
    ]
  }

  private static func outcome(_ outcome: FaultOutcome, _ report: SimulationReport) -> JSONValue {
    var open = JSONValue.null
    if case .open(let time) = outcome.outlook { open = seconds(time) }
    return .object(
      [
        .init("step", .string(report.name(outcome.step))), .init("fault", .string(outcome.fault.rawValue)),
        .init("faultSeconds", seconds(outcome.faultAt)), .init("outlook", .string(outcome.outlook.name)),
        .init("openSeconds", open),
        .init("toldAfter", .array(outcome.toldAfter.map { .string(report.name($0.step)) })),
      ] + run(outcome.run, report))
  }

  private static func finding(_ finding: SimulationFinding, _ report: SimulationReport) -> JSONValue {
    [
      "name": .string(finding.kind.rawValue), "noWayOut": .bool(finding.kind.isNoWayOut),
      "message": .string(finding.message), "remedy": .string(finding.remedy),
      "steps": .array(finding.steps.map { .string(report.name($0)) }),
      "faults": .array(finding.faults.map { .string($0.rawValue) }),
    ]
  }

  private static func chance(_ chance: SimulatedChance) -> JSONValue {
    [
      "runs": .integer(Int64(chance.runs)), "seed": .integer(Int64(clamping: chance.seed)),
      "met": .integer(Int64(chance.met)), "p50Seconds": seconds(chance.median),
      "p90Seconds": seconds(chance.high),
    ]
  }

  private static func seconds(_ duration: Duration?) -> JSONValue {
    duration.map { .number($0.roundedSeconds) } ?? .null
  }

  private static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
