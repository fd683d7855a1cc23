extension DiagnosticRule {
  /// The 5xx family: secrets.
  static let secretRules: [DiagnosticRule] = [secretLiteral, secretInText]

  /// A secret written out in the plan.
  public static let secretLiteral = DiagnosticRule(
    "DRP501", "secret-literal", summary: "A secret is a `${secrets.name}` reference, never a value.",
    why: "A plan is reviewed, copied and kept as evidence: whatever stands in it is known to everyone.",
    bad: "webhookUrl: \"https://hooks.example.net/T0/abc\"", good: "webhookUrl: \"${secrets.slackWebhook}\"")

  /// A secret where it would be shown.
  public static let secretInText = DiagnosticRule(
    "DRP502", "secret-in-text", summary: "A secret may stand only where a secret is expected.",
    why:
      "In a message, a command line or a path it would be shown to whoever reads the channel, the process list or the log.",
    bad: "message: \"the key is ${secrets.archiveKey}\"", good: "webhookUrl: \"${secrets.slackWebhook}\"")
}
