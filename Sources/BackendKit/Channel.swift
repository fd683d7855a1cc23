public import Declarations
public import RunEvents
public import Values

/// A way to tell people.
///
/// Conforming types live one per file in `Backends/Channels`.
public protocol Channel: Sendable {
  /// Its name, keys, documentation.
  static var declaration: KindDeclaration { get }

  /// The channel described by those keys.
  init(_ channel: Record)

  /// Hands one message over; returns when the other side has taken it. May be called again with the same message after a
  /// failure: `notification.id` stays the same.
  func send(_ notification: Notification, secrets: any SecretSource) async throws(StepFailure)

  /// Whether a message could be handed over, sending none.
  func probe(secrets: any SecretSource) async -> ProbeFinding
}

/// One message.
public struct Notification: Sendable, Equatable {
  /// The same for every attempt to deliver it: the receiver can drop doubles.
  public var id: String
  /// The run.
  public var run: RunID
  /// The plan.
  public var plan: PlanName
  /// Recovery or drill: a drill says so first.
  public var mode: RunMode
  /// The step that sends it.
  public var step: StepID
  /// When.
  public var time: Timestamp
  /// What to say.
  public var message: String
  /// The report to go with it, if asked for.
  public var report: String?

  /// A message.
  public init(
    id: String, run: RunID, plan: PlanName, mode: RunMode, step: StepID, time: Timestamp, message: String,
    report: String? = nil
  ) {
    self.id = id
    self.run = run
    self.plan = plan
    self.mode = mode
    self.step = step
    self.time = time
    self.message = message
    self.report = report
  }
}
