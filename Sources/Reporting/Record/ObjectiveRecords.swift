public import RunEvents
public import Values

/// Both objectives with what was measured.
public struct ObjectiveRecords: Sendable, Codable, Equatable {
  /// Recovery time.
  public var rto: RecoveryTimeRecord
  /// Recovery point.
  public var rpo: RecoveryPointRecord
}

/// The recovery time against its objective.
public struct RecoveryTimeRecord: Sendable, Codable, Equatable {
  /// The objective.
  public var objectiveSeconds: Double
  /// From the start instant to the success of `restoredWhen`; nil when not measured.
  @ExplicitNull public var actualSeconds: Double?
  /// From which instant the time counts.
  public var measuredFrom: MeasuredFrom
  /// Met, missed or unmeasured.
  public var verdict: Verdict
  /// Why it is unmeasured.
  @ExplicitNull public var reason: String?
  /// The step whose success stops the clock.
  @ExplicitNull public var restoredWhen: StepID?
  /// The part of `actualSeconds` that lies before the run began, by the wall clock: the rest is monotonic.
  public var beforeRunSeconds: Double
  /// Whether the start instant was assumed to be the start of the run, because nobody gave one.
  public var startAssumed: Bool
  /// Maximum tolerable downtime, if the plan has one.
  @ExplicitNull public var mtdSeconds: Double?

  /// The actual as a duration.
  var actual: Duration? { actualSeconds.map { .milliseconds(Int64(($0 * 1000).rounded())) } }
  /// The objective as a duration.
  var objective: Duration { .milliseconds(Int64((objectiveSeconds * 1000).rounded())) }
}

/// The recovery point against its objective.
public struct RecoveryPointRecord: Sendable, Codable, Equatable {
  /// The objective.
  public var objectiveSeconds: Double
  /// Disruption minus the oldest recovery point; nil when not measured.
  @ExplicitNull public var actualSeconds: Double?
  /// The database with the oldest recovery point.
  @ExplicitNull public var database: DatabaseID?
  /// Met, missed or unmeasured.
  public var verdict: Verdict
  /// Why it is unmeasured.
  @ExplicitNull public var reason: String?
  /// The oldest recovery point itself: everything restored is at least as new as this.
  @ExplicitNull public var consistentAt: Timestamp?
  /// Whether the disruption was assumed, because nobody gave its instant.
  public var disruptionAssumed: Bool

  /// The actual as a duration.
  var actual: Duration? { actualSeconds.map { .milliseconds(Int64(($0 * 1000).rounded())) } }
  /// The objective as a duration.
  var objective: Duration { .milliseconds(Int64((objectiveSeconds * 1000).rounded())) }
}
