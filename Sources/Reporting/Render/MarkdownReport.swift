import RunEvents
import Values

/// Prints a record as Markdown: for tickets, chats and repositories.
public struct MarkdownReport {
  private let record: RunRecord
  private var lines: [String] = []

  /// The whole report, with a final newline; nothing that comes from outside is taken for markup.
  public static func text(_ record: RunRecord) -> String {
    var report = MarkdownReport(record: record)
    report.build()
    return report.lines.map { $0 + "\n" }.joined()
  }

  private init(record: RunRecord) { self.record = record }

  private mutating func build() {
    lines.append("# \(safe(record.title ?? record.plan.text)): \(record.mode.rawValue)")
    lines.append("")
    lines.append("**\(safe(record.verdictSentence))**")
    if !record.leftOut.isEmpty {
      lines.append("")
      lines.append("Left out: \(safe(record.leftOut.joined(separator: ", ")))")
    }
    objectives()
    steps()
    list("Rollback", record.rollbackLines.map(safe))
    list("Resumed", record.resumptionLines.map(safe))
    checks()
    databases()
    phases()
    list("Kept", kept)
    if let leftovers = record.leftovers {
      list("Leftovers: \(leftovers.count)", leftovers.map { safe($0.line) })
      if leftovers.isEmpty { lines += ["", "Leftovers: 0"] }
    }
    list("Warnings", record.warnings.map(safe))
    list("Next", record.nextCommands.map { "`\($0.command)`: \(safe($0.purpose))" })
    facts()
  }

  private mutating func objectives() {
    let (rto, rpo) = (record.objectives.rto, record.objectives.rpo)
    table(
      "Objectives", ["", "allowed", "actual", "verdict", "basis"],
      [
        [
          "RTO", rto.objective.objectiveText, rto.actual?.readable ?? "unknown", rto.verdict.rawValue,
          safe(
            rto.reason
              ?? "from \(rto.measuredFrom.readable) to the success of \(rto.restoredWhen?.text ?? "no step")"),
        ],
        [
          "RPO", rpo.objective.objectiveText, rpo.actual?.readable ?? "unknown", rpo.verdict.rawValue,
          safe(rpo.reason ?? "oldest data: \(rpo.database?.text ?? "none")"),
        ],
      ])
  }

  private mutating func steps() {
    table(
      "Steps", ["step", "action", "state", "attempts", "time", "error"],
      record.steps.map { step in
        [
          safe(step.id.text), safe(step.action), step.state.rawValue, String(step.attempts),
          step.seconds.map { Duration(recordSeconds: $0).readable } ?? "",
          safe(step.error.map { error in error.message + (error.remedy.map { "; \($0)" } ?? "") } ?? ""),
        ]
      })
    for step in record.steps {
      guard let error = step.error, !error.lastLines.isEmpty else { continue }
      lines.append("")
      lines.append("Last lines of step \(safe(step.id.text)):")
      lines.append("")
      lines += error.lastLines.map { "    " + PrintableText.line($0) }
    }
  }

  private mutating func checks() {
    table(
      "Checks", ["step", "check", "database", "state", "expected", "found"],
      record.checks.map { check in
        [
          safe(check.step.text), safe(check.id), check.database?.text ?? "", check.state.rawValue,
          safe(check.expected), safe(check.actual),
        ]
      })
  }

  private mutating func databases() {
    table(
      "Databases", ["database", "data as of", "snapshot", "size", "verified"],
      record.databases.map { database in
        [
          database.name.text, database.consistentAt.readable, database.snapshot.text,
          database.bytes.description, database.verified ? "yes" : "no",
        ]
      })
  }

  private mutating func phases() {
    table(
      record.phases.basis == .recoveryTime ? "Where the recovery time went" : "Where the time went",
      ["phase", "time", "share"],
      record.phases.shares.map {
        [$0.phase, Duration(recordSeconds: $0.seconds).readable, "\($0.percent) %"]
      })
  }

  private var kept: [String] {
    guard record.mode != .drill else { return [] }
    return record.publications.filter { $0.state == .done }.compactMap { swap in
      // Where things stand after a rollback, the rollback tells.
      let isUndone = record.steps.first { $0.id == swap.step }?.undone?.state == .undone
      guard let kept = swap.kept, !isUndone else { return nil }
      let holders = swap.holders.isEmpty ? "" : ", still open in \(swap.holders.joined(separator: ", "))"
      return safe("what stood at \(swap.target) before is in \(kept)\(holders)")
    }
  }

  private mutating func facts() {
    let declared = record.declaredGiven ? "as given" : "assumed"
    let disrupted = record.disruptedGiven ? "as given" : "assumed"
    let detail = record.chain.detail.map { ": \($0)" } ?? ""
    list(
      "Record",
      [
        "run `\(record.run)` of plan `\(record.plan)`, result `\(record.result.word)`",
        "plan file \(safe(record.planFile)), SHA-256 `\(record.planDigest)`",
        "started \(record.startedAt.readable) by \(safe(record.user)) on \(safe(record.host)) with drplan "
          + safe(record.tool),
        "declared \(record.declaredAt.readable) (\(declared)), disrupted \(record.disruptedAt.readable) (\(disrupted))",
        safe("journal: \(record.events) events, chain \(record.chain.state.rawValue.lowercased())\(detail)"),
      ])
  }

  private mutating func table(_ title: String, _ head: [String], _ rows: [[String]]) {
    guard !rows.isEmpty else { return }
    lines.append("")
    lines.append("## \(title)")
    lines.append("")
    lines.append("| \(head.joined(separator: " | ")) |")
    lines.append("|\(String(repeating: " --- |", count: head.count))")
    lines += rows.map { "| \($0.joined(separator: " | ")) |" }
  }

  private mutating func list(_ title: String, _ items: [String]) {
    guard !items.isEmpty else { return }
    lines.append("")
    lines.append("## \(title)")
    lines.append("")
    lines += items.map { "- \($0)" }
  }

  private func safe(_ text: String) -> String { SafeText.markdown(text) }
}
