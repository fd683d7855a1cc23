public import Values

/// One thing that happened in a run: the only vocabulary that executor, journal and reports share.
public struct RunEvent: Sendable, Equatable {
  /// Number within the run, from 0, without gaps.
  public var sequence: Int
  /// The run.
  public var run: RunID
  /// The plan.
  public var plan: PlanName
  /// When, by the wall clock: for people.
  public var time: Timestamp
  /// How long after the run's first event, by a monotonic clock: for every elapsed time.
  public var elapsed: Duration
  /// What happened.
  public var body: Body

  /// All of it.
  public init(sequence: Int, run: RunID, plan: PlanName, time: Timestamp, elapsed: Duration, body: Body) {
    self.sequence = sequence
    self.run = run
    self.plan = plan
    self.time = time
    self.elapsed = elapsed
    self.body = body
  }

  /// What happened.
  ///
  /// Steps go `stepStarted`, any number of `stepEvidence` and `stepRetrying`, `stepFinished`; a step that
  /// never starts has only `stepFinished`. A step that `runResumed` names among its `reruns`, or `repairStarted` among its
  /// repairs, goes so once more.
  public enum Body: Sendable, Equatable {
    /// The run began; always the first event.
    case runStarted(RunStarted)
    /// A step's first attempt, or a later one, is about to run.
    case stepStarted(StepStarted)
    /// Something a step wants on record, before or after it acts.
    case stepEvidence(StepEvidenceEvent)
    /// An attempt failed and another will follow.
    case stepRetrying(StepRetrying)
    /// A step came to its end.
    case stepFinished(StepFinished)
    /// A person or the system asked the run to stop.
    case interruptRequested(InterruptRequested)
    /// The main steps are over; `finally` begins.
    case finallyStarted
    /// The run ended; the last event, unless the run is resumed, rolled back or committed later.
    case runFinished(RunFinished)
    /// Another process goes on with the run; after a crash, or after `runFinished`.
    case runResumed(RunResumed)
    /// What became of an attempt that was under way when its process ended; after `runResumed`.
    case stepReconciled(StepReconciled)
    /// A person decided what becomes of a step; after `runResumed`.
    case stepDecided(StepDecided)
    /// The steps are about to be undone.
    case undoStarted(UndoStarted)
    /// A step was undone, or could not be; a step that was `Unwound` has a second one.
    case stepUndone(StepUndone)
    /// What the run had kept is let go of.
    case runCommitted(RunCommitted)
    /// The forecast passed the recovery time objective.
    case objectiveAtRisk(ObjectiveAtRisk)
    /// The run itself told somebody something.
    case runNotified(RunNotified)
    /// A lock was taken over from a holder that died.
    case lockTakenOver(LockTakenOver)
    /// A place for a drill is about to be made.
    case drillPlaceMade(DrillPlace)
    /// A place of a drill was removed, or could not be.
    case drillPlaceRemoved(DrillPlace)
    /// Checks of a step go on being made.
    case watchStarted(WatchStarted)
    /// A watch is over.
    case watchFinished(WatchFinished)
    /// Steps run to repair what a check found.
    case repairStarted(RepairStarted)
  }
}

/// An attempt of a step is about to run.
public struct StepStarted: Sendable, Codable, Equatable {
  /// The step.
  public var step: StepID
  /// The attempt, from 1.
  public var attempt: Int

  /// An attempt of a step.
  public init(step: StepID, attempt: Int) {
    self.step = step
    self.attempt = attempt
  }
}

/// Something a step wants on record.
public struct StepEvidenceEvent: Sendable, Codable, Equatable {
  /// The step.
  public var step: StepID
  /// The attempt, from 1.
  public var attempt: Int
  /// What it has to say.
  public var evidence: StepEvidence

  /// Evidence of an attempt.
  public init(step: StepID, attempt: Int, evidence: StepEvidence) {
    self.step = step
    self.attempt = attempt
    self.evidence = evidence
  }
}

/// An attempt failed and another will follow.
public struct StepRetrying: Sendable, Codable, Equatable {
  /// The step.
  public var step: StepID
  /// The attempt that failed, from 1.
  public var attempt: Int
  /// Why it failed.
  public var error: StepError
  /// Seconds until the next attempt.
  public var delaySeconds: Double

  /// A failed attempt.
  public init(step: StepID, attempt: Int, error: StepError, delaySeconds: Double) {
    self.step = step
    self.attempt = attempt
    self.error = error
    self.delaySeconds = delaySeconds
  }
}

/// A step came to its end.
public struct StepFinished: Sendable, Codable, Equatable {
  /// The step.
  public var step: StepID
  /// How it ended; always a final state.
  public var state: StepState
  /// How many attempts were made.
  public var attempts: Int
  /// Why it failed, was cancelled, skipped or not reached.
  public var error: StepError?
  /// What later steps may use, by name.
  public var outputs: [String: String]
  /// Whether its last attempt did not stop when it was told to and may still be at work; nil when it has stopped.
  public var isStillAtWork: Bool?

  /// The end of a step.
  public init(
    step: StepID, state: StepState, attempts: Int, error: StepError? = nil, outputs: [String: String] = [:],
    isStillAtWork: Bool? = nil
  ) {
    self.step = step
    self.state = state
    self.attempts = attempts
    self.error = error
    self.outputs = outputs
    self.isStillAtWork = isStillAtWork
  }
}

/// Why something did not work: for events and reports.
///
/// Never holds a secret.
public struct StepError: Sendable, Codable, Equatable {
  /// A stable word for machines: `Timeout`, `CheckFailed`, `SnapshotMissing`, ...
  public var code: String
  /// What happened and where.
  public var message: String
  /// What to do next.
  public var remedy: String?
  /// The last lines of output of whatever failed.
  public var lastLines: [String]

  /// An error with its remedy.
  public init(code: String, message: String, remedy: String? = nil, lastLines: [String] = []) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.lastLines = lastLines
  }
}

/// Someone asked the run to stop.
public struct InterruptRequested: Sendable, Codable, Equatable {
  /// `SIGINT` or `SIGTERM`.
  public var signal: String
  /// 1: finish or cancel what runs, then `finally`; 2: stop at once.
  public var stage: Int

  /// A request.
  public init(signal: String, stage: Int) {
    self.signal = signal
    self.stage = stage
  }
}

/// The run ended.
///
/// Its exit code follows from `result`, `signal` and the objectives; see `Reporting`.
public struct RunFinished: Sendable, Codable, Equatable {
  /// How it ended, objectives aside.
  public var result: RunResult
  /// Why, when not recovered.
  public var reason: String?
  /// The signal that interrupted it, if one did.
  public var signal: String?

  /// The end of a run.
  public init(result: RunResult, reason: String? = nil, signal: String? = nil) {
    self.result = result
    self.reason = reason
    self.signal = signal
  }
}
