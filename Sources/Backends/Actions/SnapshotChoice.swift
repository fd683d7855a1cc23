import BackendKit
import Values

/// The snapshot that a restore asks for, or why there is none.
struct SnapshotChoice: Sendable {
  /// The database.
  let database: DatabaseID
  /// What was asked for.
  let point: RecoveryPoint
  /// The database's snapshots.
  let listing: SnapshotListing

  /// Asks the repository; one that is not there is a failure.
  init(
    of database: DatabaseID, at point: RecoveryPoint, in store: any SnapshotStore
  ) async throws(StepFailure) {
    self.database = database
    self.point = point
    do throws(SnapshotError) {
      listing = try await store.snapshots(of: database)
    } catch {
      var failure = StepFailure(snapshot: error)
      if error.code == .repositoryMissing { failure.remedy = Self.takeOne(database) }
      throw failure
    }
  }

  /// A choice from a listing at hand.
  init(of database: DatabaseID, at point: RecoveryPoint, from listing: SnapshotListing) {
    self.database = database
    self.point = point
    self.listing = listing
  }

  /// The chosen snapshot; nil when there is none as asked for.
  var record: SnapshotRecord? { listing.snapshot(of: database, at: point) }

  /// The failure when there is none.
  var missing: StepFailure {
    let own = listing.snapshots.filter { $0.database == database }
    let fact =
      switch point {
      case .latest: "there is no snapshot of `\(database)`"
      case .at(let instant): "no snapshot of `\(database)` was complete at \(instant)"
      case .snapshot(let id): "there is no snapshot \(id) of `\(database)`"
      }
    let oldest = own.first.map {
      "; the oldest of \(own.count) is of \($0.consistentAt), complete at \($0.latestAt)"
    } ?? ""
    let damage = damageNote.map { "; \($0)" } ?? ""
    return StepFailure(
      .snapshotMissing, fact + oldest + damage,
      remedy: own.isEmpty ? Self.takeOne(database) : "see `drplan snapshots list`",
      isRetryable: false)
  }

  /// What is wrong with records of the database that could not be considered; nil when all could.
  var damageNote: String? {
    let damaged = listing.damaged.filter { $0.database == nil || $0.database == database }
    guard !damaged.isEmpty else { return nil }
    let list = damaged.map { "`\($0.name)`: \($0.reason)" }.joined(separator: "; ")
    return "not considered, because damaged: \(list)"
  }

  /// For a dry run: a snapshot is there and how old its data would be, or there is none.
  func finding(disruptedAt: Timestamp, rpo: Duration) -> ProbeFinding {
    let subject = "snapshot of `\(database)`"
    guard let record else {
      let failure = missing
      return ProbeFinding(subject, .blocked, failure.message + (failure.remedy.map { "; \($0)" } ?? ""))
    }
    let age = record.consistentAt.distance(to: disruptedAt)
    let verdict = age <= rpo ? "within" : "would miss"
    return ProbeFinding(
      subject, .checked,
      "\(record.id), \(record.logicalBytes), recovery point \(record.consistentAt), \(age.readable) before the "
        + "disruption: \(verdict) the RPO of \(rpo.planText)" + (damageNote.map { "; \($0)" } ?? ""))
  }

  private static func takeOne(_ database: DatabaseID) -> String {
    "take one with `drplan backup PLAN \(database)`"
  }
}
