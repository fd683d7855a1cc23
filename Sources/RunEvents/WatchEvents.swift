public import Values

/// A check that goes on being made after its step succeeded.
public struct WatchStarted: Sendable, Codable, Equatable {
  /// The step of the check.
  public var step: StepID
  /// Names of the checks watched.
  public var checks: [String]
  /// For how long at most, in seconds.
  public var seconds: Double

  /// The beginning of a watch.
  public init(step: StepID, checks: [String], seconds: Double) {
    self.step = step
    self.checks = checks
    self.seconds = seconds
  }
}

/// One look at a watched check.
public struct WatchLook: Sendable, Codable, Equatable {
  /// What was found.
  public var check: CheckRecord
  /// How many times the check was made in this watch until then.
  public var looks: Int

  /// A look.
  public init(check: CheckRecord, looks: Int) {
    self.check = check
    self.looks = looks
  }
}

/// The watch of a step's checks is over.
public struct WatchFinished: Sendable, Codable, Equatable {
  /// The step of the checks.
  public var step: StepID
  /// Whether every check passed at its last look.
  public var passed: Bool
  /// Why it ended before its time, if it did.
  public var reason: String?

  /// The end of a watch.
  public init(step: StepID, passed: Bool, reason: String? = nil) {
    self.step = step
    self.passed = passed
    self.reason = reason
  }
}

/// Checks failed that name steps to repair what they found; those run, then the checks are made again.
public struct RepairStarted: Sendable, Codable, Equatable {
  /// The step of the checks.
  public var step: StepID
  /// Which repair of the step it is, from 1.
  public var round: Int
  /// Names of the checks that failed.
  public var checks: [String]
  /// The steps that run, in their order.
  public var repairs: [StepID]

  /// The beginning of a repair.
  public init(step: StepID, round: Int, checks: [String], repairs: [StepID]) {
    self.step = step
    self.round = round
    self.checks = checks
    self.repairs = repairs
  }
}
