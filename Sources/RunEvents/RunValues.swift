/// Whether a run restores for real or into scratch space.
public enum RunMode: String, Sendable, Codable, CaseIterable {
  /// Restores to the recovery targets.
  case recovery
  /// Restores to drill targets only.
  case drill
}

/// How a run ended.
public enum RunResult: String, Sendable, Codable {
  /// Every step succeeded.
  case recovered = "Recovered"
  /// Recovered, but a step was skipped or failed under `Continue`.
  case recoveredWithExceptions = "RecoveredWithExceptions"
  /// A step failed and ended the run.
  case failed = "Failed"
  /// What the run changed was undone.
  case rolledBack = "RolledBack"
  /// Waiting for a person.
  case waiting = "Waiting"
  /// Stopped by a signal.
  case interrupted = "Interrupted"
  /// Refused before anything was touched.
  case refused = "Refused"
}

/// Where a step stands.
public enum StepState: String, Sendable, Codable {
  /// Not started yet.
  case pending = "Pending"
  /// Started and not finished.
  case running = "Running"
  /// Waiting for a person.
  case waiting = "Waiting"
  /// Done.
  case succeeded = "Succeeded"
  /// Tried and not done.
  case failed = "Failed"
  /// Left out on purpose, by mode or by a person.
  case skipped = "Skipped"
  /// Ended by a signal or by the run's end while it ran.
  case cancelled = "Cancelled"
  /// Never started because something it needs did not succeed, or the run ended first.
  case notReached = "NotReached"

  /// Whether nothing more can happen to the step.
  public var isFinal: Bool {
    switch self {
    case .pending, .running, .waiting: false
    case .succeeded, .failed, .skipped, .cancelled, .notReached: true
    }
  }
}

/// The answer to one objective.
public enum Verdict: String, Sendable, Codable {
  /// Measured, and within the objective.
  case met = "Met"
  /// Measured, and over it.
  case missed = "Missed"
  /// Not measured: never counts as met.
  case unmeasured = "Unmeasured"
}

/// What part of a recovery a step belongs to: for the shares in the report.
public enum StepPhase: String, Sendable, Codable, CaseIterable {
  /// Brings data back.
  case restore
  /// Brings services back.
  case restart
  /// Proves the data.
  case verify
  /// Tells people.
  case notify
  /// Waits for people.
  case waiting
  /// Anything else.
  case other
}

/// What happens to a run when a step fails for good.
public enum FailurePolicy: String, Sendable, Codable, CaseIterable {
  /// Nothing new starts, running steps are cancelled, `finally` runs, the run failed.
  case abort = "Abort"
  /// Steps that need this one are not reached; all others go on.
  case `continue` = "Continue"
  /// Nothing new starts, running steps finish, the run waits for a person.
  case pause = "Pause"
  /// As `Abort`, but before `finally` everything that the run changed is undone, the last first.
  case rollback = "Rollback"
}

/// From which instant the recovery time counts.
public enum MeasuredFrom: String, Sendable, Codable, CaseIterable {
  /// From when the disaster struck.
  case disruption = "Disruption"
  /// From when it was declared.
  case declaration = "Declaration"
  /// From when the run began.
  case planStart = "PlanStart"
}
