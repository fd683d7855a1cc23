import BackendKit
import Declarations
import RunEvents
import Values

/// Looks how old the restored data was when the disaster struck.
struct RecoveryPointAgeCheck: IntegrityCheck {
  static let databaseKey = Key<DatabaseID?>.optional(
    "database", .name(.database), "the database to look at (default: every one that the run has restored)")
  static let withinKey = Key<Duration>.required("within", .duration(), "how old its data may be")

  /// The keys of the check and what it proves.
  static let declaration = KindDeclaration(
    "RecoveryPointAge",
    summary: "Looks how old the restored data was when the disaster struck.",
    notes: """
      The age is the time from the recovery point of the restored snapshot to the disruption; of several databases the \
      oldest counts. It makes a run fail that would otherwise only be reported as having missed its RPO. It does not read \
      the data, so it does not prove a restore: add a check that does. Data from after the disruption has no age; the \
      check then fails without an outcome.
      """,
    example: "- {type: RecoveryPointAge, database: orders, within: 5m}",
    shape: Shape(
      "the check RecoveryPointAge", [databaseKey.erased, withinKey.erased], synonyms: ["max": "within"]))

  private let id: DatabaseID?
  private let within: Duration

  /// The check described by those keys.
  init(_ check: Record) {
    id = check[Self.databaseKey]
    within = check[Self.withinKey]
  }

  /// The database it reads.
  var database: DatabaseID? { id }

  /// Not: it looks at the record of the snapshot.
  var readsData: Bool { false }

  /// None: what a drill restored has an age as well.
  var drillProblem: String? { nil }

  /// Nothing: it fits every engine.
  func misfit(with engine: any DatabaseEngine) -> String? { nil }

  /// Looks once.
  func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome {
    let restored =
      if let id { [try context.proven(id, by: "RecoveryPointAge")] } else { Array(context.restored.values) }
    let oldest = restored.min { ($0.consistentAt, $0.database) < ($1.consistentAt, $1.database) }
    guard let oldest else {
      throw StepFailure(
        .nothingRestored, "`RecoveryPointAge` needs a restored database, and this run has restored none",
        remedy: "let the step need a RestoreDatabase step", isRetryable: false)
    }
    if let later = restored.filter({ $0.consistentAt > context.run.disruptedAt }).map(\.database).min() {
      throw StepFailure(
        .checkMisfit,
        "the data of `\(later)` is from after the disruption at \(context.run.disruptedAt), so it has no age",
        remedy: "give the right `--disrupted-at`, or restore a snapshot from before it", isRetryable: false)
    }
    let age = oldest.consistentAt.distance(to: context.run.disruptedAt)
    return CheckOutcome(
      passed: age <= within, expected: "data at most \(within.planText) old at the disruption",
      actual: "the data of `\(oldest.database)` was \(age.readable) old")
  }
}
