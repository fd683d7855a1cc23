public import RunEvents
public import Values

/// What a run amounts to: the fold of its events, and the JSON that `drplan run` and `drplan runs show` print.
///
/// Keys may be added; none that stands here changes its name or meaning while `schemaVersion` is 1.
public struct RunRecord: Sendable, Codable, Equatable {
  /// Version of this JSON.
  public var schemaVersion = 1
  /// The run.
  public var run: RunID
  /// The plan.
  public var plan: PlanName
  /// The plan's title.
  @ExplicitNull public var title: String?
  /// Who owns the plan.
  @ExplicitNull public var owner: String?
  /// Recovery or drill.
  public var mode: RunMode
  /// How it ended, or that it has not.
  public var result: RunOutcome
  /// Why it ended like that, when it did not recover.
  @ExplicitNull public var reason: String?
  /// What `drplan run` exits with, see `RunOutcome.exitCode`; nil while it runs.
  @ExplicitNull public var exitCode: Int32?
  /// The signal that interrupted it.
  @ExplicitNull public var signal: String?
  /// Time and data lost, each against its objective.
  public var objectives: ObjectiveRecords
  /// Every database that was restored, by name.
  public var databases: [DatabaseRecord]
  /// Every step in the plan's order, also those that never started.
  public var steps: [StepRecord]
  /// Every check of each step's last attempt, in the order they ended.
  public var checks: [RunCheckRecord]
  /// Every swap of restored data into its place, announced or done.
  public var publications: [PublicationRecord]
  /// The last known state of each service that was touched.
  public var services: [RunServiceRecord]
  /// Every message that was tried.
  public var notifications: [RunNotificationRecord]
  /// Where the time went, along the actual critical path.
  public var phases: PhaseRecords
  /// What a reader should know before relying on the figures.
  public var warnings: [String]
  /// When the run began, by the wall clock.
  public var startedAt: Timestamp
  /// When it ended; nil while it runs or when the journal ends first.
  @ExplicitNull public var finishedAt: Timestamp?
  /// From the first event to the last, or to now, by a monotonic clock.
  public var seconds: Double
  /// When the disaster was declared.
  public var declaredAt: Timestamp
  /// Whether a person gave `declaredAt`; otherwise it is assumed to be the start of the run.
  public var declaredGiven: Bool
  /// When the disaster struck.
  public var disruptedAt: Timestamp
  /// Whether a person gave `disruptedAt`; otherwise it is assumed to be `declaredAt`.
  public var disruptedGiven: Bool
  /// Parameters in force.
  public var params: [String: String]
  /// Version of drplan that ran it.
  public var tool: String
  /// Digest of the plan's text as run.
  public var planDigest: SHA256Digest
  /// The plan's file as given.
  public var planFile: String
  /// Operating system user that started it.
  public var user: String
  /// Host it ran on.
  public var host: String
  /// Number of events behind this record.
  public var events: Int
  /// What is known of the journal's hash chain.
  public var chain: ChainRecord
  /// Each time another process went on with the run.
  public var resumptions: [ResumptionRecord] = []
  /// How long nobody carried it on, after crashes and pauses, in seconds; part of `seconds`.
  public var idleSeconds = 0.0
  /// Why what it changed was undone; nil when it was not.
  ///
  /// What became of each step stands there as `undone`.
  @ExplicitNull public var rollback: String?
  /// Whether what it had kept to go back was let go of.
  public var isCommitted = false
  /// When the objective was seen to be at risk; nil when it was not.
  @ExplicitNull public var atRisk: AtRiskRecord?
  /// Locks that it took over from holders that had died.
  public var takenOver: [LockTakenOver] = []
  /// Drills only: every place that was made and is not known to be gone; empty when all were removed.
  public var leftovers: [LeftoverRecord]?
}

/// How a run ended, or that it has not.
public enum RunOutcome: Sendable, Hashable, Codable {
  /// It has not ended.
  case running
  /// It ended like this.
  case ended(RunResult)

  /// `Running`, or the result's word.
  public var word: String {
    switch self {
    case .running: "Running"
    case .ended(let result): result.rawValue
    }
  }

  /// Reads the word.
  public init(from decoder: any Decoder) throws {
    let word = try decoder.singleValueContainer().decode(String.self)
    if word == "Running" {
      self = .running
    } else if let result = RunResult(rawValue: word) {
      self = .ended(result)
    } else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(word)` is not a result of a run"))
    }
  }

  /// Writes the word.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(word)
  }

  /// The one rule from result, objectives and signal to the exit code; nil while it runs.
  ///
  /// Recovered with an objective missed or unmeasured is 3, also when there were exceptions: a broken promise about
  /// time or data is the worse news for whoever is on call, and the exceptions still stand in the record.
  public func exitCode(objectives: ObjectiveRecords, signal: String?) -> ExitCode? {
    guard case .ended(let result) = self else { return nil }
    let kept = objectives.rto.verdict == .met && objectives.rpo.verdict == .met
    return switch result {
    case .recovered: kept ? .done : .objectiveNotMet
    case .recoveredWithExceptions: kept ? .exceptions : .objectiveNotMet
    case .failed, .rolledBack: .failed
    case .waiting: .waiting
    case .interrupted: signal == "SIGTERM" ? .terminated : .interrupted
    case .refused: .refused
    }
  }
}

/// What is known of the journal's hash chain.
public struct ChainRecord: Sendable, Codable, Equatable {
  /// What was found when the journal was read.
  public enum State: String, Sendable, Codable {
    /// Nobody looked: a live run, or events from elsewhere.
    case unchecked = "Unchecked"
    /// Every line follows from the one before.
    case intact = "Intact"
    /// The last line is incomplete, as a crash leaves it; all before it is intact.
    case torn = "Torn"
    /// A line does not follow from the one before; nothing from there on was read.
    case broken = "Broken"
  }

  /// What was found.
  public var state: State
  /// Which line, and what is wrong with it.
  @ExplicitNull public var detail: String?

  /// What is known.
  public init(_ state: State, detail: String? = nil) {
    self.state = state
    self.detail = detail
  }

  /// Nobody looked.
  public static let unchecked = ChainRecord(.unchecked)
  /// Every line follows from the one before.
  public static let intact = ChainRecord(.intact)
}
