extension DiagnosticRule {
  /// The 4xx family: safety.
  static let safetyRules: [DiagnosticRule] = [
    unverifiedRestore, weaklyVerifiedRestore, overlappingTargets, unfitCheck, repositoryInTarget,
    verifyBeforeRestore, drillTouchesProduction,
  ]

  /// A restored database that no required check reads.
  public static let unverifiedRestore = DiagnosticRule(
    "DRP403", "unverified-restore", summary: "Every restored database is read by a required check.",
    why: "Data that nothing reads after the restore is a hope: the run would end green whatever is in it.",
    bad:
      "- {id: restore-ledger, action: RestoreDatabase, with: {database: ledger}}      # and no check reads it",
    good: "checks: [{type: EngineCheck, database: ledger}]")

  /// A restored database that is first read after the clock stopped.
  public static let weaklyVerifiedRestore = DiagnosticRule(
    "DRP404", "late-verification", .warning,
    summary: "Every restored database should be checked before `restoredWhen`.",
    why: "The recovery time would be measured up to a moment at which this database is not proven yet.",
    bad: "restoredWhen: verify-orders      # the ledger is verified only by a later step",
    good: "restoredWhen: verify-all")

  /// Two databases in one place.
  public static let overlappingTargets = DiagnosticRule(
    "DRP405", "overlapping-targets", summary: "No two databases share a place, and none lies inside another.",
    why: "Restoring one of them would overwrite or replace the other.",
    bad: "a: {engine: Files, source: {path: /srv}}\nb: {engine: SQLite, source: {path: /srv/b.db}}",
    good: "a: {engine: Files, source: {path: /srv/files}}\nb: {engine: SQLite, source: {path: /srv/b.db}}")

  /// A check that the database's engine cannot answer.
  public static let unfitCheck = DiagnosticRule(
    "DRP406", "unfit-check", summary: "A check must fit the engine of the database that it reads.",
    why: "Rows cannot be counted in a folder; a check that cannot run would never pass.",
    bad: "{type: RowCounts, database: attachments}      # engine: Files",
    good: "{type: Checksums, database: attachments}")

  /// The repository lies where a restore writes.
  public static let repositoryInTarget = DiagnosticRule(
    "DRP407", "repository-in-target", summary: "The repository lies outside every database's place.",
    why: "The disaster that takes the data would take its backups along, and a restore would swap them away.",
    bad:
      "repository: {directory: /srv/orders/backups}\ndatabases:\n  files: {engine: Files, source: {path: /srv/orders}}",
    good: "repository: {directory: /var/backups/orders}")

  /// A check that reads a database before it is restored.
  public static let verifyBeforeRestore = DiagnosticRule(
    "DRP408", "verify-before-restore", summary: "A check runs after the restore that it is to prove.",
    why:
      "Without a dependency the check may read the database before or while it is replaced, and prove nothing.",
    bad: "- {id: restore, needs: []}\n- {id: verify, needs: []}",
    good: "- {id: restore, needs: []}\n- {id: verify, needs: [restore]}")

  /// A drill would restore onto production.
  public static let drillTouchesProduction = DiagnosticRule(
    "DRP409", "drill-touches-production",
    summary: "A drill's place is no place of a database, lies in none, holds none; nor of the repository.",
    why:
      "A drill restores into its places and then removes them with all that is in them: with production or its backups among that, the drill would be the disaster. Symbolic links are followed.",
    bad: "orders: {engine: SQLite, source: {path: /srv/orders.db}, drill: {path: /srv/orders.db}}",
    good: "orders: {engine: SQLite, source: {path: /srv/orders.db}, drill: {path: /srv/drill/orders.db}}")
}
