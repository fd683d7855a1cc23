extension DiagnosticRule {
  /// The 2xx family: graph and references.
  static let graphRules: [DiagnosticRule] = [
    duplicateStepID, unknownStepReference, dependencyCycle, unknownName, unresolvedReference,
    malformedReference,
    referenceTooEarly, finallyBoundary, badRepair, unusedDefinition,
  ]

  /// Two steps of one name.
  public static let duplicateStepID = DiagnosticRule(
    "DRP201", "duplicate-step-id", summary: "Every step has a name of its own, `finally` included.",
    why: "Dependencies, records and `--from` name steps; a name that two steps share names neither.",
    bad: "steps:\n  - id: restore\n  - id: restore",
    good: "steps:\n  - id: restore-orders\n  - id: restore-ledger")

  /// A dependency on a step that does not exist.
  public static let unknownStepReference = DiagnosticRule(
    "DRP202", "unknown-step-reference", summary: "`needs` and `restoredWhen` name steps of the plan.",
    why: "A dependency on nothing would either never be satisfied or never be waited for.",
    bad: "needs: [restore-order]", good: "needs: [restore-orders]")

  /// Steps that wait for each other.
  public static let dependencyCycle = DiagnosticRule(
    "DRP203", "dependency-cycle", summary: "Steps must not wait for each other in a circle.",
    why:
      "None of the steps of a circle could ever start. Remember that a step without `needs` waits for the one above.",
    bad: "- {id: a, needs: [b]}\n- {id: b, needs: [a]}", good: "- {id: a, needs: []}\n- {id: b, needs: [a]}")

  /// A database, service, channel or secret that the plan does not declare.
  public static let unknownName = DiagnosticRule(
    "DRP204", "unknown-name",
    summary: "Databases, services, channels and secrets must be declared before they are used.",
    why: "A name that nothing declares is usually a slip in one of the two places.",
    bad: "with: {database: order}", good: "with: {database: orders}")

  /// A reference that cannot be resolved.
  public static let unresolvedReference = DiagnosticRule(
    "DRP205", "unresolved-reference", summary: "Every `${...}` must have a value by the time it is needed.",
    why: """
      A reference to nothing is an error, never an empty text. The output of a step can be used only by steps that \
      run after it, directly or through others.
      """,
    bad: "message: \"${param.ticket}\"", good: "message: \"${params.ticket}\"")

  /// A `${` that is not a reference.
  public static let malformedReference = DiagnosticRule(
    "DRP206", "malformed-reference",
    summary: "A reference has the form `${namespace.name}`; `$$` is a dollar sign.",
    why:
      "There are no expressions, defaults or functions inside references, so that a reviewer sees what a plan does.",
    bad: "message: \"costs ${5}\"", good: "message: \"costs $$5\"")

  /// A run-time reference where the value is needed when the plan is read.
  public static let referenceTooEarly = DiagnosticRule(
    "DRP207", "reference-too-early",
    summary: "Keys that shape the run take only values known when the plan is read.",
    why: """
      Timeouts, paths and names decide what the graph looks like and what is locked; they may use `${params...}` and \
      `${plan...}`, but not `${run...}` or `${steps...}`, which come into being while the plan runs.
      """,
    bad: "timeout: \"${run.recoveryTime}\"", good: "timeout: \"${params.patience}\"")

  /// A dependency between the main steps and `finally`.
  public static let finallyBoundary = DiagnosticRule(
    "DRP208", "finally-boundary",
    summary: "Steps of `finally` need only each other, and no main step needs them.",
    why:
      "`finally` always runs, after everything else: a dependency across that border would have no meaning.",
    bad: "finally:\n  - {id: close-out, needs: [verify]}", good: "finally:\n  - {id: close-out}")

  /// A step that cannot repair what a check found.
  public static let badRepair = DiagnosticRule(
    "DRP209", "bad-repair",
    summary: "A step named as a check's `repair` is a main step that neither needs another nor is needed.",
    why: """
      Such a step runs only when a check asks for it, perhaps long after everything else, perhaps more than once: an edge \
      to it or from it would have no meaning. What it repaired is proven by the check, which is made again.
      """,
    bad: "steps:\n  - {id: rebuild-index, needs: [restore-orders]}",
    good: "steps:\n  - {id: rebuild-index, needs: []}     # named by `repair: [rebuild-index]`")

  /// A database, service, channel or secret that no step uses.
  public static let unusedDefinition = DiagnosticRule(
    "DRP210", "unused-definition", .warning, summary: "What a plan declares, a step should use.",
    why: "A database that no step restores is often a step that was forgotten.",
    bad: "databases:\n  ledger: {engine: SQLite, source: {path: ledger.db}}     # and no step uses it",
    good: "steps:\n  - id: restore-ledger\n    action: RestoreDatabase\n    with: {database: ledger}")
}
