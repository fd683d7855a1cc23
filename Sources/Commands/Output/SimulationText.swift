import Execution
import PlanModel
import RunEvents
import StepGraph
import Values

/// A simulation for people: the forecast, what it rests on, every fault, and last, where they are read, the findings.
struct SimulationText {
  private let report: SimulationReport
  private let width: Int
  private let color: Bool
  private let left: [LeftBehind]

  static func text(_ report: SimulationReport, width: Int, color: Bool) -> String {
    let text = SimulationText(report, width: width, color: color)
    let sections = [
      text.heading, text.forecast, text.durations, text.faults, text.leftBehind, text.findings,
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private init(_ report: SimulationReport, width: Int, color: Bool) {
    self.report = report
    self.width = width
    self.color = color
    var seen: Set<LeftBehind> = []
    left = report.outcomes.flatMap(\.run.leftBehind).filter { seen.insert($0).inserted }
  }

  // MARK: The forecast

  private var heading: [String] {
    let plan = report.graph.plan
    let steps = report.graph.nodes.count == 1 ? "1 step" : "\(report.graph.nodes.count) steps"
    return [
      "\(plan.name): \(steps), RTO \(plan.objectives.rto.planText); simulated, nothing was touched",
      "durations: \(basis)",
    ]
  }

  private var basis: String {
    let durations = report.simulation.durations.steps
    func count(_ name: String) -> Int { durations.count { $0.basis.name == name } }
    var parts: [String] = []
    let runs = report.simulation.durations.runs
    if count("History") > 0 {
      parts.append("\(count("History")) of \(durations.count) steps measured in \(Self.runs(runs))")
    }
    if count("EarlierDefinition") > 0 {
      parts.append("\(count("EarlierDefinition")) measured when defined otherwise")
    }
    if count("Estimate") > 0 { parts.append("\(count("Estimate")) by estimate") }
    if count("Assumed") > 0 { parts.append("\(count("Assumed")) assumed, a tenth of the timeout") }
    if !report.simulation.durations.hasHistory { return "estimates only: " + parts.joined(separator: ", ") }
    return parts.joined(separator: ", ")
  }

  private static func runs(_ count: Int) -> String {
    count == 1 ? "1 earlier run" : "\(count) earlier runs"
  }

  private var forecast: [String] {
    var lines = ["expected    \(finish(report.expected))"]
    let undeclared = report.graph.nodes[..<report.graph.mainCount].count { !$0.step.declaresTimeout }
    lines += Self.wrap(
      "\(finish(report.worst)), if every step takes its whole timeout", first: "worst case  ", width,
      indent: 12)
    guard report.graph.restoredWhen != nil else { return lines }
    if undeclared > 0 {
      let who = undeclared == 1 ? "1 step declares" : "\(undeclared) steps declare"
      lines.append("            \(who) no timeout and may take longer than counted here")
    }
    if let chance = report.chance {
      func within(_ time: Duration?) -> String { time.map { "within \($0.readable)" } ?? "not at all" }
      lines += Self.wrap(
        "RTO met in \(chance.met) of \(chance.runs) runs with random durations (seed \(chance.seed)): "
          + "half \(within(chance.median)), 90 % \(within(chance.high))", first: "by chance   ", width,
        indent: 12)
    }
    return lines
  }

  private func finish(_ run: SimulatedRun) -> String {
    let rto = report.graph.plan.objectives.rto
    guard let time = run.recoveryTime else { return "over after \(run.end.readable)" }
    return "recovered after \(time.readable), "
      + (time <= rto
        ? "\((rto - time).readable) under the RTO" : paint("\((time - rto).readable) over the RTO", "31"))
  }

  // MARK: Durations

  private var durations: [String] {
    var table = PlainTable(width: width, flexible: [0])
    table.add(["step", "starts", "expected", "worst", "timeout", "from"])
    for (step, duration) in report.simulation.durations.steps.enumerated() {
      let declared = report.graph.nodes[step].step
      guard let start = report.expected.starts[step] else {
        table.add([report.name(step), "-", "", "", "", "does not run"])
        continue
      }
      table.add([
        report.name(step), start.readable, duration.expected.readable, duration.worst.readable,
        declared.declaresTimeout ? declared.timeout.planText : "-", source(duration.basis),
      ])
    }
    return table.lines
  }

  private func source(_ basis: StepDuration.Basis) -> String {
    switch basis {
    case .history(let runs): Self.runs(runs)
    case .earlierDefinition(let runs): "\(Self.runs(runs)), defined otherwise"
    case .estimate: "estimate"
    case .assumed: "assumed"
    }
  }

  // MARK: Faults

  private var faults: [String] {
    guard !report.outcomes.isEmpty else { return [] }
    var table = PlainTable(width: width, flexible: [0, 5], optional: [3])
    table.add(["step", "fault", "run ends", "after", "RTO", "told after", "left"])
    var previous: Int?
    for outcome in report.outcomes {
      table.add([
        outcome.step == previous ? "" : report.name(outcome.step), outcome.fault.rawValue,
        result(outcome.run), outcome.run.end.readable, outlook(outcome), told(outcome), marks(outcome),
      ])
      previous = outcome.step
    }
    let all = report.graph.nodes.count
    let some = report.tried < all ? " (\(report.tried) of \(all) steps)" : ""
    return [
      "if a step fails, hangs, is \(report.simulation.slowFactor) times as slow, or drplan dies half-way through it\(some):"
    ] + table.lines
  }

  private func result(_ run: SimulatedRun) -> String {
    run.result == .recoveredWithExceptions ? "Exceptions" : run.result.rawValue
  }

  private func outlook(_ outcome: FaultOutcome) -> String {
    switch outcome.outlook {
    case .met: "met, \(outcome.run.recoveryTime?.readable ?? "")"
    case .missed: "MISSED, \(outcome.run.recoveryTime?.readable ?? "")"
    case .open(let time): "open, \(time.readable)"
    case .lost: "LOST"
    case .unmeasured: "unmeasured"
    }
  }

  private func told(_ outcome: FaultOutcome) -> String {
    if outcome.toldAfter.isEmpty { return outcome.run.isRecovered ? "-" : "NOBODY" }
    let more = outcome.toldAfter.count - 1
    return report.name(outcome.toldAfter[0].step) + (more > 0 ? ", +\(more)" : "")
  }

  private func marks(_ outcome: FaultOutcome) -> String {
    outcome.run.leftBehind.compactMap { left.firstIndex(of: $0) }.sorted().map { "\($0 + 1)" }
      .joined(separator: " ")
  }

  private var leftBehind: [String] {
    var lines: [String] = []
    if report.outcomes.contains(where: { if case .open = $0.outlook { true } else { false } }) {
      lines += Self.wrap(
        "not recovered; if a person mends the fault and goes on within that time, the RTO is still met",
        first: "open: ", width)
    }
    if !left.isEmpty {
      lines.append("left behind:")
      for (number, thing) in left.enumerated() {
        lines += Self.wrap(thing.text(report.name(thing.step)), first: "  \(number + 1)  ", width)
      }
    }
    return lines
  }

  // MARK: Findings

  private var findings: [String] {
    let hopeless = report.findings.count(where: \.kind.isNoWayOut)
    var lines: [String] = []
    for finding in report.findings {
      let head = finding.kind.isNoWayOut ? paint("no way out", "31") : paint("weakness", "33")
      lines += Self.wrap("\(finding.kind.rawValue): \(finding.message)", first: head + ": ", width)
      lines += Self.wrap(finding.remedy, first: "  = help: ", width)
    }
    let verdict =
      switch report.expected.rto {
      case .met: "the RTO is met if all goes as expected"
      case .missed: "the RTO is missed even if all goes as expected"
      case .unmeasured:
        "the recovery time cannot be measured: \(report.expected.whyUnmeasured ?? "its end is not on record")"
      }
    let count =
      switch hopeless {
      case 0: "every fault tried has a way out"
      case 1: "1 finding has no way out"
      default: "\(hopeless) findings have no way out"
      }
    lines += Self.wrap("\(verdict); \(count)", first: "", width)
    return lines
  }

  private func paint(_ text: String, _ tone: String) -> String {
    color ? "\u{1b}[\(tone)m\(text)\u{1b}[0m" : text
  }

  /// Lines of at most `width` columns, all but the first indented.
  private static func wrap(_ text: String, first: String, _ width: Int, indent: Int = 4) -> [String] {
    var lines: [String] = []
    var line = first
    var isFresh = true
    for word in text.split(separator: " ") {
      if !isFresh, DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isFresh = true
      }
      line += (isFresh ? "" : " ") + word
      isFresh = false
    }
    lines.append(line)
    return lines
  }
}
