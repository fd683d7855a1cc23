extension DiagnosticRule {
  /// The 7xx family: notifications.
  static let notificationRules: [DiagnosticRule] = [notificationStopsRun]

  /// A notification whose failure stops the recovery.
  public static let notificationStopsRun = DiagnosticRule(
    "DRP702", "notification-stops-run", .warning,
    summary: "NotifyStakeholders carries `onFailure: Continue`.",
    why: "A webhook that is down should not decide over a recovery: the chat is often part of the disaster.",
    bad: "- id: announce\n  action: NotifyStakeholders",
    good: "- id: announce\n  action: NotifyStakeholders\n  onFailure: Continue")
}
