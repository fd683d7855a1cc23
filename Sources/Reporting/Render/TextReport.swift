import RunEvents
import Values

/// Prints a record for a terminal: what `drplan run` ends with and `drplan runs report` shows.
public struct TextReport {
  private let record: RunRecord
  let style: ReportStyle
  private var lines: [String] = []

  /// The whole report, with a final newline.
  public static func text(_ record: RunRecord, style: ReportStyle) -> String {
    var report = TextReport(record, style)
    report.build()
    return report.lines.map { $0 + "\n" }.joined()
  }

  private init(_ record: RunRecord, _ style: ReportStyle) {
    self.record = record
    self.style = style
  }

  private mutating func build() {
    let tone: Tone = record.exitCode == 3 ? .bad : record.result.tone
    lines += wrapped(style.safe(record.verdictSentence), width: style.width, indent: "")
      .map { style.paint($0, tone) }
    facts()
    section("Objectives", objectives())
    section("Steps", StepSection(record, style).lines())
    section("Rollback", rollback())
    section("Resumed", bullets(record.resumptionLines))
    section("Checks", checks())
    section("Databases", databases())
    section("Kept", kept())
    section("Where the time went", phases())
    section("Warnings", bullets(record.warnings))
    section(
      "Next",
      record.nextCommands.flatMap { next in
        ["  \(style.paint(next.command, .strong))", "      \(next.purpose)"]
      })
  }

  private mutating func section(_ title: String, _ body: [String]) {
    guard !body.isEmpty else { return }
    lines.append("")
    lines.append(style.paint(title, .strong))
    lines += body
  }

  private mutating func facts() {
    let title = record.title.map { ", \($0)" } ?? ""
    let owner = record.owner.map { ", owned by \($0)" } ?? ""
    lines.append("")
    fact("run", "\(record.run) (\(record.mode.rawValue))")
    fact("plan", "\(record.plan)\(title)\(owner)")
    fact("file", "\(record.planFile), SHA-256 \(record.planDigest.short)")
    fact(
      "started", "\(record.startedAt.readable) by \(record.user) on \(record.host) with drplan \(record.tool)"
    )
    fact("declared", instant(record.declaredAt, record.declaredGiven, "the start of the run"))
    fact("disrupted", instant(record.disruptedAt, record.disruptedGiven, "the declaration"))
    if record.chain.state != .unchecked { fact("journal", journal) }
    if !record.leftOut.isEmpty { fact("left out", record.leftOut.joined(separator: ", ")) }
    if let leftovers = record.leftovers {
      fact("leftovers", String(leftovers.count))
      for place in leftovers { fact("", place.line) }
    }
  }

  private mutating func fact(_ name: String, _ text: String) {
    let label = "  " + name + String(repeating: " ", count: max(1, 11 - name.count))
    let indent = String(repeating: " ", count: label.count)
    let rest = wrapped(style.safe(text), width: style.width, indent: indent)
    lines += rest.enumerated().map { $0.offset == 0 ? label + $0.element.dropFirst(label.count) : $0.element }
  }

  private var journal: String {
    "\(record.events) events, chain \(record.chain.state.rawValue.lowercased())"
      + (record.chain.detail.map { ": \($0)" } ?? "")
  }

  private func instant(_ instant: Timestamp, _ given: Bool, _ assumption: String) -> String {
    given ? "\(instant.readable), as given" : "\(instant.readable), assumed to be \(assumption)"
  }

  private func objectives() -> [String] {
    let (rto, rpo) = (record.objectives.rto, record.objectives.rpo)
    var table = TextTable(style)
    table.head(["", "allowed", "actual", "verdict"])
    table.add([
      "RTO", .init(text: rto.objective.objectiveText), .init(text: rto.actual?.readable ?? "unknown"),
      .init(text: rto.verdict.rawValue, tone: rto.verdict.tone),
    ])
    table.add([
      "RPO", .init(text: rpo.objective.objectiveText), .init(text: rpo.actual?.readable ?? "unknown"),
      .init(text: rpo.verdict.rawValue, tone: rpo.verdict.tone),
    ])
    return table.lines() + indented("RTO \(timeBasis(rto))") + indented("RPO \(pointBasis(rpo))")
  }

  private func timeBasis(_ rto: RecoveryTimeRecord) -> String {
    if let reason = rto.reason { return "unmeasured: \(reason)" }
    var basis = "counts from \(rto.measuredFrom.readable)"
    if let stop = rto.restoredWhen { basis += " to the success of `\(stop)`" }
    if rto.beforeRunSeconds > 0.5 {
      basis += ", \(Duration(recordSeconds: rto.beforeRunSeconds).readable) of it before the run"
    }
    return basis
  }

  private func pointBasis(_ rpo: RecoveryPointRecord) -> String {
    if let reason = rpo.reason { return "unmeasured: \(reason)" }
    let disruption = rpo.disruptionAssumed ? "the assumed disruption" : "the disruption"
    return
      "counts from the recovery point of \(rpo.database.map { "`\($0)`" } ?? "no database"), the oldest, to "
      + disruption
  }

  private func indented(_ text: String, by indent: String = "  ") -> [String] {
    wrapped(style.safe(text), width: style.width, indent: indent)
  }

  private func checks() -> [String] {
    guard !record.checks.isEmpty else { return [] }
    var table = TextTable(style, flexible: 3)
    table.head(["check", "database", "state", "found"])
    for check in record.checks {
      let passed = check.state == .passed
      table.add([
        .init(text: style.safe(check.id)), .init(text: check.database?.text ?? ""),
        .init(text: check.state.rawValue, tone: passed ? .good : check.state == .failed ? .bad : .doubtful),
        .init(text: passed ? style.safe(check.actual) : ""),
      ])
    }
    let rows = table.lines()
    return rows.prefix(1)
      + zip(record.checks, rows.dropFirst()).flatMap { check, row in
        guard check.state != .passed else { return [row] }
        guard check.state != .skipped else {
          return [row] + indented("not made: \(check.actual)", by: "       ")
        }
        return [row] + indented("found: \(check.actual)", by: "       ")
          + indented("expected: \(check.expected)", by: "       ")
      }
  }

  private func databases() -> [String] {
    guard !record.databases.isEmpty else { return [] }
    var table = TextTable(style, right: [3])
    table.head(["database", "data as of", "snapshot", "size", "verified"])
    for database in record.databases {
      table.add([
        .init(text: database.name.text), .init(text: database.consistentAt.readable),
        .init(text: database.snapshot.text), .init(text: database.bytes.description),
        database.verified ? .init(text: "yes", tone: .good) : .init(text: "no", tone: .bad),
      ])
    }
    return table.lines()
  }

  private func kept() -> [String] {
    guard record.mode != .drill else { return [] }
    return bullets(
      record.publications.filter { $0.state == .done }.compactMap { swap in
        // Where things stand after a rollback, the rollback tells.
        let isUndone = record.steps.first { $0.id == swap.step }?.undone?.state == .undone
        guard let kept = swap.kept, !isUndone else { return nil }
        let holders = swap.holders.isEmpty ? "" : ", still open in \(swap.holders.joined(separator: ", "))"
        return "what stood at \(swap.target) before is in \(kept)\(holders)"
      })
  }

  private func rollback() -> [String] {
    guard let reason = record.rollback else { return [] }
    var lines = indented("because \(reason); the last step was undone first")
    for step in record.steps {
      guard let undone = step.undone, undone.state != .nothingToUndo else { continue }
      let tone: Tone = undone.state == .undone ? .good : .bad
      let why = undone.error.map { ": \($0.message)" } ?? ""
      lines.append("  \(step.id)  \(style.paint(undone.state.words, tone))")
      lines += indented(undone.detail + why, by: "      ")
    }
    return lines
  }

  private func phases() -> [String] {
    guard !record.phases.shares.isEmpty else { return [] }
    var table = TextTable(style, flexible: 3, right: [1, 2])
    for share in record.phases.shares {
      table.add([
        .init(text: share.phase == "beforeRun" ? "before the run" : share.phase),
        .init(text: Duration(recordSeconds: share.seconds).readable), .init(text: "\(share.percent) %"),
      ])
    }
    let path = record.phases.criticalPath.map(\.text).joined(separator: " > ")
    let what = record.phases.basis == .recoveryTime ? "recovery time" : "time until the last step ended"
    let line = "critical path of the \(what): \(path.isEmpty ? "no step ran" : path)"
    return table.lines() + wrapped(line, width: style.width, indent: "  ")
  }

  private func bullets(_ texts: [String]) -> [String] {
    texts.flatMap { text in
      let lines = wrapped(style.safe(text), width: style.width, indent: "    ")
      return lines.enumerated().map { $0.offset == 0 ? "  - " + $0.element.dropFirst(4) : $0.element }
    }
  }
}
