public import Declarations
public import RunEvents
public import Values

/// Everything an action may know and do while it runs.
public struct StepContext: Sendable {
  /// The run.
  public let run: RunFacts
  /// The step.
  public let step: StepID
  /// The attempt, from 1.
  public let attempt: Int
  /// How long this attempt may still take when it starts; it is cancelled then.
  public let timeLimit: Duration
  /// The databases, services, channels, snapshots and secrets of the run.
  public let environment: RunEnvironment
  /// What earlier steps of this run restored.
  public let restored: [DatabaseID: RestoredDatabase]
  /// What earlier attempts of this step put on record, in order: those before a crash, too.
  public let earlier: [StepEvidence]
  /// What of `earlier` still counts as done: all since the step last began anew, after it had come to an end or because
  /// a step that it depends on ran again.
  public let current: [StepEvidence]

  private let fillReference: @Sendable (Reference) -> String?
  private let recordEvidence: @Sendable (StepEvidence) async throws(StepFailure) -> Void
  private let reportProgress: @Sendable (StepProgress) -> Void
  private let reportText: @Sendable () -> String

  /// A context; `fill` gives nil for a reference without a value, `record` returns when the evidence is durable, and
  /// `current` left out is all of `earlier`.
  public init(
    run: RunFacts, step: StepID, attempt: Int, timeLimit: Duration, environment: RunEnvironment,
    restored: [DatabaseID: RestoredDatabase], earlier: [StepEvidence] = [],
    current: [StepEvidence]? = nil,
    fill: @escaping @Sendable (Reference) -> String?,
    record: @escaping @Sendable (StepEvidence) async throws(StepFailure) -> Void,
    progress: @escaping @Sendable (StepProgress) -> Void,
    report: @escaping @Sendable () -> String
  ) {
    self.run = run
    self.step = step
    self.attempt = attempt
    self.timeLimit = timeLimit
    self.environment = environment
    self.restored = restored
    self.earlier = earlier
    self.current = current ?? earlier
    fillReference = fill
    recordEvidence = record
    reportProgress = progress
    reportText = report
  }

  /// The same context, whose evidence `observer` is told of once it is on record.
  public func observing(_ observer: @escaping @Sendable (StepEvidence) -> Void) -> StepContext {
    StepContext(
      run: run, step: step, attempt: attempt, timeLimit: timeLimit, environment: environment,
      restored: restored, earlier: earlier, fill: fillReference,
      record: { [recordEvidence] evidence throws(StepFailure) in
        try await recordEvidence(evidence)
        observer(evidence)
      },
      progress: reportProgress, report: reportText)
  }

  /// The text of a template with every reference filled in.
  public func text(_ template: Template) throws(StepFailure) -> String {
    try template.filled { (reference) throws(StepFailure) in
      guard let value = fillReference(reference) else {
        throw StepFailure(
          .unresolvedReference, "`\(reference)` has no value", remedy: "see `drplan explain DRP205`",
          isRetryable: false)
      }
      return value
    }
  }

  /// Puts evidence on record; durable when it returns.
  ///
  /// Call it before the effect that it announces.
  public func record(_ evidence: StepEvidence) async throws(StepFailure) {
    try await recordEvidence(evidence)
  }

  /// Tells how far the step is; cheap, may be called often, never on record.
  public func progress(_ progress: StepProgress) { reportProgress(progress) }

  /// The run's report so far, as text.
  public func report() -> String { reportText() }
}

/// What is fixed about a run.
public struct RunFacts: Sendable {
  /// The run's id.
  public let id: RunID
  /// The plan's name.
  public let plan: PlanName
  /// Recovery or drill.
  public let mode: RunMode
  /// When the disaster struck, as far as known.
  public let disruptedAt: Timestamp
  /// The recovery point objective.
  public let rpo: Duration
  /// The recovery time objective.
  public let rto: Duration
  /// Who started it.
  public let user: String
  /// How many times the run had come to an end and was resumed: a message of another round is another message.
  public let round: Int

  /// The facts of a run.
  public init(
    id: RunID, plan: PlanName, mode: RunMode, disruptedAt: Timestamp, rpo: Duration, rto: Duration,
    user: String = "", round: Int = 0
  ) {
    self.id = id
    self.plan = plan
    self.mode = mode
    self.disruptedAt = disruptedAt
    self.rpo = rpo
    self.rto = rto
    self.user = user
    self.round = round
  }
}

/// How far a step is.
public struct StepProgress: Sendable, Equatable {
  /// What it is doing: `restoring`, `checking`, `waiting until ready`.
  public var activity: String
  /// Bytes done.
  public var bytesDone: ByteCount?
  /// Bytes in all, if known.
  public var bytesTotal: ByteCount?

  /// How far a step is.
  public init(_ activity: String, bytesDone: ByteCount? = nil, bytesTotal: ByteCount? = nil) {
    self.activity = activity
    self.bytesDone = bytesDone
    self.bytesTotal = bytesTotal
  }
}
