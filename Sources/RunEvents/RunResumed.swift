public import Values

/// A run goes on, or is undone, in another process than before.
///
/// Everything that a step did before counts, but for the steps named in `reruns`.
public struct RunResumed: Sendable, Codable, Equatable {
  /// What the process is going to do.
  public enum Purpose: String, Sendable, Codable {
    /// Carry the run on to its end.
    case resume = "Resume"
    /// Undo what it changed.
    case rollback = "Rollback"
    /// Let go of what it kept.
    case commit = "Commit"
    /// End it without carrying it on: `finally` runs.
    case abort = "Abort"
  }

  /// What the process is going to do.
  public var purpose: Purpose
  /// Version of drplan.
  public var tool: String
  /// Operating system user that resumed it.
  public var user: String
  /// Host it goes on on.
  public var host: String
  /// Process that carries it on.
  public var pid: Int32
  /// Boot of the host.
  public var bootID: String
  /// Digest of the plan's text as it is run from here on.
  public var planDigest: SHA256Digest
  /// Every step of the plan from here on; nil when the plan is the one that the run had.
  public var steps: [StepOutline]?
  /// Steps that start anew, with the reason: those that were not over, that failed, whose definition changed, or that
  /// depend on such.
  public var reruns: [StepRerun]

  /// All of it.
  public init(
    purpose: Purpose, tool: String, user: String, host: String, pid: Int32, bootID: String,
    planDigest: SHA256Digest, steps: [StepOutline]? = nil, reruns: [StepRerun] = []
  ) {
    self.purpose = purpose
    self.tool = tool
    self.user = user
    self.host = host
    self.pid = pid
    self.bootID = bootID
    self.planDigest = planDigest
    self.steps = steps
    self.reruns = reruns
  }
}

/// A step that starts anew in a resumed run.
public struct StepRerun: Sendable, Codable, Equatable {
  /// The step.
  public var step: StepID
  /// Why, for people: `it failed`, `its definition changed`.
  public var reason: String

  /// A step and the reason.
  public init(step: StepID, reason: String) {
    self.step = step
    self.reason = reason
  }
}

/// What became of an attempt that was under way when its process ended.
public struct StepReconciled: Sendable, Codable, Equatable {
  /// What was found.
  public enum Finding: String, Sendable, Codable {
    /// It had done its work.
    case done = "Done"
    /// It had not; it is tried again.
    case notDone = "NotDone"
    /// Nobody can tell; a person must.
    case unknown = "Unknown"
  }

  /// The step.
  public var step: StepID
  /// The attempt that was under way, from 1.
  public var attempt: Int
  /// What was found.
  public var finding: Finding
  /// By what it was told, or what to ask a person.
  public var detail: String

  /// A finding.
  public init(step: StepID, attempt: Int, finding: Finding, detail: String) {
    self.step = step
    self.attempt = attempt
    self.finding = finding
    self.detail = detail
  }
}

/// A person decided what becomes of a step that waits.
public struct StepDecided: Sendable, Codable, Equatable {
  /// What a person can say.
  public enum Decision: String, Sendable, Codable {
    /// Try it again.
    case retry = "Retry"
    /// Leave it out: the run is recovered with exceptions at best.
    case skip = "Skip"
    /// It is done, whatever the record says.
    case assumeDone = "AssumeDone"
  }

  /// The step.
  public var step: StepID
  /// What was decided.
  public var decision: Decision
  /// Operating system user that decided.
  public var user: String
  /// Why.
  public var reason: String

  /// A decision.
  public init(step: StepID, decision: Decision, user: String, reason: String) {
    self.step = step
    self.decision = decision
    self.user = user
    self.reason = reason
  }
}
