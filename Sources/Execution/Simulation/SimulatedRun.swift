public import RunEvents
public import Values

/// What came of a simulated run.
public struct SimulatedRun: Sendable {
  /// What happened, with the time since the run began.
  public internal(set) var events: [SimulatedEvent] = []
  /// How it ended.
  public internal(set) var result = RunResult.failed
  /// Why, when not recovered.
  public internal(set) var reason: String?
  /// When it ended, or began to wait for a person.
  public internal(set) var end = Duration.zero
  /// Where each step stood at the end, by index.
  public internal(set) var states: [StepState]
  /// When each step began first.
  public internal(set) var starts: [Duration?]
  /// When each step ended.
  public internal(set) var ends: [Duration?]
  /// How long the recovery took; nil when it cannot be measured.
  public internal(set) var recoveryTime: Duration?
  /// Why the recovery time cannot be measured.
  public internal(set) var whyUnmeasured: String?
  /// The answer to the recovery time objective.
  public internal(set) var rto = Verdict.unmeasured
  /// Who was told, in the order of time.
  public internal(set) var told: [ToldStep] = []
  /// What is left behind that a person has to see to.
  public internal(set) var leftBehind: [LeftBehind] = []

  /// Steps that were undone.
  var undone: Set<Int> = []

  init(steps: Int) {
    states = Array(repeating: .pending, count: steps)
    starts = Array(repeating: nil, count: steps)
    ends = Array(repeating: nil, count: steps)
  }

  /// Whether the run says that the system is recovered.
  public var isRecovered: Bool { result == .recovered || result == .recoveredWithExceptions }
}

/// One thing that happened in a simulated run.
public struct SimulatedEvent: Sendable {
  /// What happened.
  public enum What: Sendable {
    /// What a real run would put on record.
    case recorded(RunEvent.Body)
    /// drplan died.
    case died
    /// A person went on with the run.
    case resumed
  }

  /// Since the run began.
  public let at: Duration
  /// What happened.
  public let what: What
}

/// A step that told people something.
public struct ToldStep: Sendable, Equatable {
  /// The step, by index.
  public let step: Int
  /// When.
  public let at: Duration
  /// Where.
  public let channels: [ChannelID]
}

/// Something that a run leaves behind for a person to see to.
public enum LeftBehind: Sendable, Hashable {
  /// The database was replaced, though the run did not recover; what stood there before is kept.
  case replaced(DatabaseID, step: Int)
  /// The step was cut short while it replaced the database: staged data may be left, or the new data be in place.
  case halfReplaced(DatabaseID, step: Int)
  /// The service was stopped, and nothing started it again.
  case stopped(ServiceID, step: Int)
  /// The step was cut short while it stopped or started the service.
  case halfChanged(ServiceID, step: Int)
  /// The step that changes nothing that the plan names was cut short.
  case unfinished(step: Int)
}
