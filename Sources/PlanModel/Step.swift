public import BackendKit
public import Declarations
public import Diagnostics
public import RunEvents
public import Values

/// One step as the plan declares it.
///
/// A class, because the checks of a plan hand its steps about a lot.
public final class Step: Sendable {
  /// Its name.
  public let id: StepID
  /// For people.
  public let title: String?
  /// The kind of its action.
  public let actionName: String
  /// What it does.
  public let action: any StepAction
  /// What it waits for, with places; nil: the step above it, or nothing for the first.
  public let needs: [StepNeed]?
  /// How long it may take, retries included.
  public let timeout: Duration
  /// How often and how it is tried again.
  public let retry: RetryPolicy
  /// What its failure does to the run.
  public let onFailure: FailurePolicy
  /// The modes it runs in.
  public let modes: Set<RunMode>
  /// Whether the plan says in which modes it runs; otherwise it is meant for all in which that is safe.
  public let declaresModes: Bool
  /// First guess of how long it takes.
  public let estimate: Duration?
  /// Names of other parts of the plan that its inputs use.
  public let uses: [NameUse]
  /// Run-time references in its inputs.
  public let references: [PlacedReference]
  /// Where its `id` stands.
  public let range: SourceRange
  /// Whether the plan says how long it may take; otherwise it may take as long as the RTO.
  public let declaresTimeout: Bool
  /// Digest of its definition after parameters were filled in, without places and comments.
  ///
  /// Computed at each call: a run needs it once, checking a plan never.
  public var definition: SHA256Digest { computeDefinition() }
  private let computeDefinition: @Sendable () -> SHA256Digest

  /// All of it; made by `PlanLoading`.
  public init(
    id: StepID, title: String?, actionName: String, action: any StepAction, needs: [StepNeed]?,
    timeout: Duration,
    retry: RetryPolicy, onFailure: FailurePolicy, modes: Set<RunMode>, estimate: Duration?, uses: [NameUse],
    references: [PlacedReference], range: SourceRange, declaresTimeout: Bool,
    declaresModes: Bool = false, definition: @autoclosure @escaping @Sendable () -> SHA256Digest
  ) {
    self.id = id
    self.title = title
    self.actionName = actionName
    self.action = action
    self.needs = needs
    self.timeout = timeout
    self.retry = retry
    self.onFailure = onFailure
    self.modes = modes
    self.declaresModes = declaresModes
    self.estimate = estimate
    self.uses = uses
    self.references = references
    self.range = range
    self.declaresTimeout = declaresTimeout
    computeDefinition = definition
  }
}

/// One step that another waits for, with its place in the plan.
public struct StepNeed: Sendable, Hashable {
  /// As written.
  public var name: String
  /// Where.
  public var range: SourceRange

  /// A need.
  public init(name: String, range: SourceRange) {
    self.name = name
    self.range = range
  }
}

/// How often and how a step is tried again.
public struct RetryPolicy: Sendable, Hashable {
  /// Attempts in all, the first included.
  public var maxAttempts: Int
  /// How long one attempt may take; nil: as long as the step's timeout leaves.
  public var attemptTimeout: Duration?
  /// Pause before the second attempt.
  public var initial: Duration
  /// By how much each pause is longer than the one before.
  public var factor: Double
  /// Longest pause.
  public var max: Duration

  /// A policy.
  public init(
    maxAttempts: Int, attemptTimeout: Duration? = nil, initial: Duration, factor: Double, max: Duration
  ) {
    self.maxAttempts = maxAttempts
    self.attemptTimeout = attemptTimeout
    self.initial = initial
    self.factor = factor
    self.max = max
  }

  /// One attempt only.
  public static let never = RetryPolicy(maxAttempts: 1, initial: .seconds(1), factor: 2, max: .seconds(60))

  /// The pause after the failed attempt of that number, from 1.
  public func delay(after attempt: Int) -> Duration {
    var delay = initial
    for _ in 1..<Swift.max(1, attempt) {
      if delay >= max { break }
      delay = delay * factor
    }
    return Swift.min(delay, max)
  }
}
