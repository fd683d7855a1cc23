public import RunEvents
public import Values

/// One run in a list of runs.
public struct RunListRow: Sendable, Codable, Equatable {
  /// The run.
  public var run: RunID
  /// The plan; nil when the journal cannot be read at all.
  @ExplicitNull public var plan: PlanName?
  /// Recovery or drill.
  @ExplicitNull public var mode: RunMode?
  /// How it ended.
  @ExplicitNull public var result: RunOutcome?
  /// Its exit code.
  @ExplicitNull public var exitCode: Int32?
  /// When it began.
  @ExplicitNull public var startedAt: Timestamp?
  /// How long it took.
  @ExplicitNull public var seconds: Double?
  /// Verdict on the recovery time.
  @ExplicitNull public var rto: Verdict?
  /// Verdict on the recovery point.
  @ExplicitNull public var rpo: Verdict?
  /// What is wrong with its journal.
  @ExplicitNull public var problem: String?

  /// The row of a run with a record.
  public init(_ record: RunRecord) {
    run = record.run
    plan = record.plan
    mode = record.mode
    result = record.result
    exitCode = record.exitCode
    startedAt = record.startedAt
    seconds = record.seconds
    rto = record.objectives.rto.verdict
    rpo = record.objectives.rpo.verdict
    problem = record.chain.detail
  }

  /// The row of a run whose journal says nothing.
  public init(unreadable run: RunID, problem: String) {
    self.run = run
    self.problem = problem
  }
}

/// Prints a list of runs as a table.
public enum RunListText {
  /// The rows in the order given, with a heading; a line that says so when there are none.
  public static func text(_ rows: [RunListRow], style: ReportStyle) -> String {
    guard !rows.isEmpty else { return "no runs on record\n" }
    var table = TextTable(style, right: [4])
    table.head(["run", "mode", "result", "started", "took", "RTO", "RPO"])
    for row in rows {
      table.add([
        .init(text: row.run.text), .init(text: row.mode?.rawValue ?? "?"),
        .init(text: row.result?.word ?? "Unreadable", tone: row.result?.tone ?? .bad),
        .init(text: row.startedAt?.readable ?? ""),
        .init(text: row.seconds.map { Duration(recordSeconds: $0).readable } ?? ""),
        .init(text: row.rto?.rawValue ?? "", tone: row.rto?.tone ?? .plain),
        .init(text: row.rpo?.rawValue ?? "", tone: row.rpo?.tone ?? .plain),
      ])
    }
    var lines = table.lines()
    for (index, row) in rows.enumerated().reversed() {
      guard let problem = row.problem else { continue }
      lines.insert(
        contentsOf: wrapped("journal: \(style.safe(problem))", width: style.width, indent: "      "),
        at: index + 2)
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
