public import RunEvents
public import Values

/// One restored database.
public struct DatabaseRecord: Sendable, Codable, Equatable {
  /// The database.
  public var name: DatabaseID
  /// The step that restored it.
  public var step: StepID
  /// The snapshot it was restored from.
  public var snapshot: SnapshotID
  /// The recovery point.
  public var consistentAt: Timestamp
  /// Bytes restored.
  public var bytes: ByteCount
  /// Files restored.
  public var files: Int
  /// Whether every block and the engine's own check passed before it took its place.
  public var verified: Bool
}

/// One check's end, with the step it belongs to.
public struct RunCheckRecord: Sendable, Codable, Equatable {
  /// The step.
  public var step: StepID
  /// The check's name.
  public var id: String
  /// Its type.
  public var type: String
  /// The database it read.
  @ExplicitNull public var database: DatabaseID?
  /// How it ended.
  public var state: CheckRecord.State
  /// What was expected.
  public var expected: String
  /// What was found.
  public var actual: String
  /// How long it took.
  public var seconds: Double
}

/// One swap of restored data into its place.
public struct PublicationRecord: Sendable, Codable, Equatable {
  /// How far it came.
  public enum State: String, Sendable, Codable {
    /// Announced, and its end is not on record: it may or may not have happened.
    case announced = "Announced"
    /// Done.
    case done = "Done"
  }

  /// The step.
  public var step: StepID
  /// The database.
  public var database: DatabaseID
  /// How far it came.
  public var state: State
  /// Where the data lives.
  public var target: String
  /// Where it was staged.
  public var staging: String
  /// Where what stood there before is kept.
  @ExplicitNull public var kept: String?
  /// Processes that still had the old data open.
  public var holders: [String]
}

/// The last known state of a service.
public struct RunServiceRecord: Sendable, Codable, Equatable {
  /// The step that touched it last.
  public var step: StepID
  /// The service.
  public var service: ServiceID
  /// Its state.
  public var state: String
  /// Process id, unit state or whatever identifies it.
  @ExplicitNull public var detail: String?
}

/// One message to one channel.
public struct RunNotificationRecord: Sendable, Codable, Equatable {
  /// The step.
  public var step: StepID
  /// The channel.
  public var channel: ChannelID
  /// Whether the channel took it.
  public var delivered: Bool
  /// Why not.
  @ExplicitNull public var error: String?
}

/// Where the time went.
public struct PhaseRecords: Sendable, Codable, Equatable {
  /// Which time is shared out.
  public enum Basis: String, Sendable, Codable {
    /// The recovery time: the shares add up to `actualSeconds` of the RTO.
    case recoveryTime = "RecoveryTime"
    /// The time until the last main step that ended, because the recovery time is unmeasured.
    case elapsed = "Elapsed"
  }

  /// Which time is shared out.
  public var basis: Basis
  /// All of it.
  public var seconds: Double
  /// The shares, in the order of a recovery; only those that are not zero.
  public var shares: [PhaseShare]
  /// The steps whose durations make up the time, first to last.
  public var criticalPath: [StepID]
}

/// One share of the time.
public struct PhaseShare: Sendable, Codable, Equatable {
  /// A phase of a step; `beforeRun`: from the start instant to the run's start; `overhead`: between steps.
  public var phase: String
  /// Its time.
  public var seconds: Double
  /// Its part of the whole, with one decimal; all parts add up to 100.
  public var percent: Double
}

/// A place that a drill made and did not remove.
public struct LeftoverRecord: Sendable, Codable, Equatable {
  /// The database.
  public var database: DatabaseID
  /// The path.
  public var path: String
  /// How much stands there, if known.
  @ExplicitNull public var bytes: ByteCount?
  /// Why it is there still.
  public var reason: String

  /// For people.
  var line: String { "\(path)\(bytes.map { ", \($0)" } ?? "") of database \(database): \(reason)" }
}
