public import RunEvents

/// Why an action, check, engine, service or channel could not do its work.
public struct StepFailure: Error, Sendable, Equatable {
  /// A stable word for machines: `Timeout`, `CheckFailed`, `SnapshotMissing`.
  public struct Code: RawRepresentable, Sendable, Hashable {
    /// The word.
    public let rawValue: String
    /// A code; declare each as a static member beside the code that fails with it.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It took longer than it may.
    public static let timeout = Code(rawValue: "Timeout")
    /// It was stopped by the run.
    public static let cancelled = Code(rawValue: "Cancelled")
    /// The operating system refused.
    public static let system = Code(rawValue: "System")
    /// A secret could not be had.
    public static let secretUnavailable = Code(rawValue: "SecretUnavailable")
    /// A `${...}` has no value.
    public static let unresolvedReference = Code(rawValue: "UnresolvedReference")
    /// The journal could not be written: nothing may be done that it does not know of.
    public static let journal = Code(rawValue: "Journal")
  }

  /// A stable word for machines.
  public var code: Code
  /// What happened and where; never holds a secret.
  public var message: String
  /// What to do next.
  public var remedy: String?
  /// The last lines of output of whatever failed, oldest first.
  public var lastLines: [String]
  /// Whether trying again can help: a refused connection, yes; a damaged snapshot, no.
  public var isRetryable: Bool
  /// Names of the checks because of which it failed: what repairs are found by.
  public var failedChecks: [String] = []

  /// A failure.
  public init(
    _ code: Code, _ message: String, remedy: String? = nil, lastLines: [String] = [], isRetryable: Bool = true
  ) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.lastLines = lastLines
    self.isRetryable = isRetryable
  }

  /// As it goes on record.
  public var stepError: StepError {
    StepError(code: code.rawValue, message: message, remedy: remedy, lastLines: lastLines)
  }
}
