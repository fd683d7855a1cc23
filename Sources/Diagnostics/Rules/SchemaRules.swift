extension DiagnosticRule {
  /// The 1xx family: keys and values.
  static let schemaRules: [DiagnosticRule] = [
    unknownKey, missingKey, wrongType, unknownKind, badValue, badDuration, badSize, badName, badURL,
    badChoice,
    conflictingKeys, badRecoveryPoint, badParameter, notSupported,
  ]

  /// A key that the mapping does not have.
  public static let unknownKey = DiagnosticRule(
    "DRP101", "unknown-key", summary: "Every key must be one that its mapping has, spelled exactly so.",
    why: """
      A key that nothing reads is a setting that silently does not apply: a timeout that never fires, a dependency \
      that is not there. So an unknown key is an error, also when only its case or its separators differ.
      """,
    bad: "steps:\n  - id: verify\n    depends_on: [restore]",
    good: "steps:\n  - id: verify\n    needs: [restore]")

  /// A key that must be there and is not.
  public static let missingKey = DiagnosticRule(
    "DRP102", "missing-key", summary: "A mapping must have all its required keys.",
    why: "There is no safe guess for a required key: which database, which objective, which check.",
    bad: "objectives: {rto: 15m}", good: "objectives: {rto: 15m, rpo: 5m}")

  /// A value of another type than expected.
  public static let wrongType = DiagnosticRule(
    "DRP103", "wrong-type", summary: "A value must have the type that its key expects.",
    why: """
      Values are never converted: a list is not taken for a text, `true` not for a text, a single value not for a \
      list of one. What the plan says is what runs.
      """,
    bad: "needs: restore-orders", good: "needs: [restore-orders]")

  /// A kind of action, engine, manager, channel or check that does not exist.
  public static let unknownKind = DiagnosticRule(
    "DRP104", "unknown-kind",
    summary: "An action, engine, manager, channel or check must be of a known kind.",
    why:
      "The kind decides which keys there are and what runs. `drplan explain` lists the kinds of each family.",
    bad: "action: RestoreDB", good: "action: RestoreDatabase")

  /// A value outside its range.
  public static let badValue = DiagnosticRule(
    "DRP105", "bad-value", summary: "A value must lie within the range of its key.",
    why: "A value that cannot work is better refused in review than found in the middle of a recovery.",
    bad: "retry: {maxAttempts: 0}", good: "retry: {maxAttempts: 3}")

  /// A duration without a unit, or not a duration.
  public static let badDuration = DiagnosticRule(
    "DRP106", "bad-duration", summary: "A duration carries its unit: `90s`, `15m`, `1h30m`, `7d`, `250ms`.",
    why:
      "Tools disagree on what a bare number means: seconds here, minutes there. A timeout must not depend on memory.",
    bad: "timeout: 30", good: "timeout: 30s")

  /// A size without a unit, or not a size.
  public static let badSize = DiagnosticRule(
    "DRP107", "bad-size", summary: "A size carries its unit: `64MiB` counts in 1024s, `64MB` in 1000s.",
    why: "A bare number or a bare `G` leaves open which unit is meant.",
    bad: "limit: 64M", good: "limit: 64MiB")

  /// A name that is not kebab-case.
  public static let badName = DiagnosticRule(
    "DRP108", "bad-name", summary: "Names of plans, steps, databases, services and channels are kebab-case.",
    why: """
      Names become file names, command arguments and references: lower-case letters, digits and single hyphens, \
      beginning with a letter, at most 63 characters, need no quoting anywhere.
      """,
    bad: "- id: Restore_Orders", good: "- id: restore-orders")

  /// A text that is not an http or https URL.
  public static let badURL = DiagnosticRule(
    "DRP109", "bad-url", summary: "A URL begins with `http://` or `https://` and names a host.",
    why: "Only these two are spoken; anything else would fail when it is needed.",
    bad: "url: localhost:8080/healthz", good: "url: \"http://localhost:8080/healthz\"")

  /// A word that is not one of a closed set.
  public static let badChoice = DiagnosticRule(
    "DRP110", "bad-choice",
    summary: "A value with a closed set of words must be one of them, spelled exactly so.",
    why: "Enumerated values are PascalCase; a near miss must not select something else.",
    bad: "onFailure: continue", good: "onFailure: Continue")

  /// Keys that exclude each other.
  public static let conflictingKeys = DiagnosticRule(
    "DRP111", "conflicting-keys", summary: "Keys that exclude each other must not stand together.",
    why: "If two keys say where a value comes from, a reader cannot know which of them wins.",
    bad: "secrets:\n  key: {env: KEY, file: /run/key}", good: "secrets:\n  key: {file: /run/key}")

  /// A text that names no recovery point.
  public static let badRecoveryPoint = DiagnosticRule(
    "DRP112", "bad-recovery-point",
    summary: "A recovery point is `Latest`, an RFC 3339 instant with offset, or a snapshot id.",
    why: "An instant without its offset means another instant on another machine.",
    bad: "with: {database: orders, backup: yesterday}",
    good: "with: {database: orders, backup: \"2026-11-20T03:15:00Z\"}")

  /// A parameter without a value, or with one of the wrong type, or one that the plan does not have.
  public static let badParameter = DiagnosticRule(
    "DRP113", "bad-parameter",
    summary: "Every parameter has a value of its type: by default, or by `--param name=value`.",
    why: """
      An unset parameter is an error, never an empty text. A parameter without default can carry an `example`, which \
      `drplan validate` uses in its place.
      """,
    bad: "params:\n  ticket: {type: String}      # and no --param ticket=...",
    good: "params:\n  ticket: {type: String, example: INC-1}")

  /// A key or kind of the plan language that this version does not carry out.
  public static let notSupported = DiagnosticRule(
    "DRP120", "not-supported", summary: "Keys and kinds that this version does not carry out are refused.",
    why: """
      The plan language is larger than this version. A key that is accepted and ignored would promise something that \
      does not happen, so it is refused by name.
      """,
    bad: "databases:\n  orders:\n    backup: {schedule: \"*/5 * * * *\"}",
    good: "databases:\n  orders: {engine: SQLite, source: {path: orders.db}}")
}
