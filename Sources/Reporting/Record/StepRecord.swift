public import RunEvents
public import Values

/// One step with all that became of it.
public struct StepRecord: Sendable, Codable, Equatable {
  /// The step.
  public var id: StepID
  /// Its action.
  public var action: String
  /// Its title.
  @ExplicitNull public var title: String?
  /// What part of a recovery it belongs to.
  public var phase: StepPhase
  /// Where it stands; a step that was running when its journal ended stays `Running`.
  public var state: StepState
  /// How many attempts were begun.
  public var attempts: Int
  /// When its first attempt began, by the wall clock.
  @ExplicitNull public var startedAt: Timestamp?
  /// When it came to its end.
  @ExplicitNull public var finishedAt: Timestamp?
  /// From its first attempt to its end, or to now, by a monotonic clock; nil when it never started.
  @ExplicitNull public var seconds: Double?
  /// From the start of the run to its first attempt, by a monotonic clock.
  @ExplicitNull public var startSeconds: Double?
  /// What later steps may use.
  public var outputs: [String: String]
  /// Why it failed, was cancelled, skipped or not reached.
  @ExplicitNull public var error: StepError?
  /// The attempts that failed and were followed by another.
  public var retries: [RetryRecord]
  /// What it wanted on record, line by line.
  public var notes: [String]
  /// What its failure does to the run.
  public var onFailure: FailurePolicy
  /// Whether it belongs to `finally`.
  public var isFinally: Bool
  /// Whether the recovery took as long as it did because of it.
  public var onCriticalPath: Bool
  /// What became of undoing it; nil when nobody tried.
  @ExplicitNull public var undone: UndoRecord?
  /// Checks that went on being made after it; nil for a step without.
  @ExplicitNull public var watch: WatchRecord?
  /// What happened to it beside its attempts: found after a crash, decided by people, repaired.
  public var story: [String] = []
  /// Answers of people, in order.
  public var approvals: [ApprovalAnswer] = []
}

/// An attempt that failed and was followed by another.
public struct RetryRecord: Sendable, Codable, Equatable {
  /// The attempt, from 1.
  public var attempt: Int
  /// Why it failed.
  public var error: StepError
  /// The pause before the next one.
  public var delaySeconds: Double
}
