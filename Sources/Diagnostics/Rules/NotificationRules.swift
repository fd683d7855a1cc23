extension DiagnosticRule {
  /// The 7xx family: notifications.
  static let notificationRules: [DiagnosticRule] = [notificationStopsRun]

  /// A notification whose failure stops the recovery.
  public static let notificationStopsRun = DiagnosticRule(
    "DRP702", "notification-stops-run", .warning,
    summary: "NotifyStakeholders carries `onFailure: Continue`, and no other work needs it.",
    why: """
      A webhook that is down should not decide over a recovery: the chat is often part of the disaster. What needs a \
      step that failed is not reached, also under `Continue`, and a step without `needs` needs the one above it.
      """,
    bad: "- id: announce\n  action: NotifyStakeholders\n- id: restore",
    good: "- id: announce\n  action: NotifyStakeholders\n  onFailure: Continue\n- id: restore\n  needs: []")
}
