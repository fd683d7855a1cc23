public import RunEvents
public import Values

/// One time that another process went on with the run.
public struct ResumptionRecord: Sendable, Codable, Equatable {
  /// When.
  public var time: Timestamp
  /// To do what.
  public var purpose: RunResumed.Purpose
  /// Who asked for it.
  public var user: String
  /// On which host.
  public var host: String
  /// Steps that started anew, and why.
  public var reruns: [StepRerun]
  /// Whether the plan had been edited since.
  public var planChanged: Bool

  init(_ event: RunEvent, _ body: RunResumed) {
    time = event.time
    purpose = body.purpose
    user = body.user
    host = body.host
    reruns = body.reruns
    planChanged = body.steps != nil
  }
}

/// What became of undoing a step.
public struct UndoRecord: Sendable, Codable, Equatable {
  /// What became of it.
  public var state: StepUndone.State
  /// What stands where now.
  public var detail: String
  /// Why it failed.
  @ExplicitNull public var error: StepError?

  init(_ body: StepUndone) {
    state = body.state
    detail = body.detail
    error = body.error
  }
}

/// Checks of a step that went on being made after it.
public struct WatchRecord: Sendable, Codable, Equatable {
  /// Names of the checks.
  public var checks: [String]
  /// For how long they were to be made, in seconds.
  public var seconds: Double
  /// What was found, with when; only looks that differ from the one before, and the last.
  public var findings: [Finding]
  /// Whether every check passed at its last look; nil while it goes on.
  @ExplicitNull public var passed: Bool?
  /// Why it ended before its time.
  @ExplicitNull public var reason: String?

  /// One look.
  public struct Finding: Sendable, Codable, Equatable {
    /// When.
    public var time: Timestamp
    /// What was found.
    public var check: CheckRecord
    /// How many times the check was made until then.
    public var looks: Int
  }

  init(_ body: WatchStarted) {
    checks = body.checks
    seconds = body.seconds
    findings = []
    passed = nil
    reason = nil
  }

  mutating func found(_ body: WatchLook, at time: Timestamp) {
    findings.append(Finding(time: time, check: body.check, looks: body.looks))
  }

  mutating func finish(_ body: WatchFinished) {
    passed = body.passed
    reason = body.reason
  }
}

/// The moment at which the recovery time objective was seen to be at risk.
public struct AtRiskRecord: Sendable, Codable, Equatable {
  /// When.
  public var time: Timestamp
  /// The recovery time that was forecast then.
  public var forecastSeconds: Double
  /// The step because of which.
  public var step: StepID
  /// Where the durations came from.
  public var basis: String
}
