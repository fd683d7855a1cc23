extension DiagnosticRule {
  /// The 3xx family: objectives.
  static let objectiveRules: [DiagnosticRule] = [restoredWhen, rtoUnreachable, objectiveOrder, thinMargin]

  /// `restoredWhen` does not name a step that proves the data.
  public static let restoredWhen = DiagnosticRule(
    "DRP301", "restored-when",
    summary: "`restoredWhen` names a VerifyIntegrity step that runs in every mode.",
    why: """
      The recovery clock stops when the data is proven, not when the last byte is copied. With another kind of step it \
      would stop too early; with a step that a mode leaves out it would never stop.
      """,
    bad: "objectives: {rto: 15m, rpo: 5m, restoredWhen: restore-orders}",
    good: "objectives: {rto: 15m, rpo: 5m, restoredWhen: verify-orders}")

  /// Timeouts on the critical path that add up to more than the RTO.
  public static let rtoUnreachable = DiagnosticRule(
    "DRP303", "rto-unreachable", summary: "The timeouts up to `restoredWhen` must fit into the RTO.",
    why: """
      If every step of the longest path takes as long as the plan allows it to, the objective is missed although \
      nothing failed. Then either the timeouts or the objective are not meant.
      """,
    bad: "objectives: {rto: 10m, rpo: 5m}\n# restore (timeout 10m) -> verify (timeout 5m)",
    good: "objectives: {rto: 15m, rpo: 5m}\n# restore (timeout 10m) -> verify (timeout 4m)")

  /// Objectives that contradict each other.
  public static let objectiveOrder = DiagnosticRule(
    "DRP304", "objective-order", summary: "The RTO must not exceed the maximum tolerable downtime.",
    why: "Meeting such an RTO would still be more downtime than the business survives.",
    bad: "objectives: {rto: 5h, rpo: 5m, mtd: 4h}", good: "objectives: {rto: 1h, rpo: 5m, mtd: 4h}")

  /// Less than a tenth of the RTO left.
  public static let thinMargin = DiagnosticRule(
    "DRP310", "thin-margin", .warning,
    summary: "A tenth of the RTO should be left when every step takes its full timeout.",
    why:
      "People declare, decide and start the run before the first step begins: that time comes out of the margin.",
    bad: "objectives: {rto: 15m, rpo: 5m}      # timeouts add up to 14m30s",
    good: "objectives: {rto: 20m, rpo: 5m}      # timeouts add up to 14m30s")
}
