public import Values

/// What a step puts on record while it runs; written ahead and synced before the effect it announces.
public enum StepEvidence: Sendable, Codable, Equatable {
  /// A snapshot was chosen; nothing was changed yet.
  case snapshotChosen(RestoredDatabase)
  /// Restored data is about to take its place: where it is staged, and where the old data will be kept.
  case publishing(Publication)
  /// A database was restored, checked and published.
  case restored(RestoredDatabase)
  /// What a published restore replaced, and who still has it open.
  case published(Publication)
  /// A check came to its end.
  case check(CheckRecord)
  /// A service changed its state.
  case service(ServiceRecord)
  /// A message was handed over, or not.
  case notification(NotificationRecord)
  /// Output of a command, or anything else worth a line.
  case note(String)
  /// A target was looked at before it is changed, and is the one that the plan means.
  case identity(TargetIdentity)
  /// A command has ended.
  case command(CommandRecord)
  /// People are asked.
  case approvalRequested(ApprovalRequest)
  /// A look at a watched check that differs from the one before, or is the last.
  case watched(WatchLook)
  /// Somebody answered.
  case approvalAnswered(ApprovalAnswer)
}

/// One restored database.
public struct RestoredDatabase: Sendable, Codable, Equatable {
  /// The database.
  public var database: DatabaseID
  /// Its snapshot.
  public var snapshot: SnapshotID
  /// The recovery point.
  public var consistentAt: Timestamp
  /// Bytes of data.
  public var bytes: ByteCount
  /// Files.
  public var files: Int
  /// Whether every block matched its digest and the engine's own check passed before publishing.
  public var verified: Bool

  /// One restored database.
  public init(
    database: DatabaseID, snapshot: SnapshotID, consistentAt: Timestamp, bytes: ByteCount, files: Int,
    verified: Bool
  ) {
    self.database = database
    self.snapshot = snapshot
    self.consistentAt = consistentAt
    self.bytes = bytes
    self.files = files
    self.verified = verified
  }
}

/// The swap of restored data into its place.
public struct Publication: Sendable, Codable, Equatable {
  /// The database.
  public var database: DatabaseID
  /// Where the data lives.
  public var target: String
  /// Where it was staged.
  public var staging: String
  /// Where what stood there before is kept; nil when nothing stood there.
  public var kept: String?
  /// Processes that still have the old data open, as `name (pid)`.
  public var holders: [String]
  /// By what the new data can be told from any other at the target: `device:inode:born`, or `device:inode` where the file
  /// system does not tell when a file was made; nil where the engine has no such mark.
  public var mark: String?

  /// A swap.
  public init(
    database: DatabaseID, target: String, staging: String, kept: String?, holders: [String] = [],
    mark: String? = nil
  ) {
    self.database = database
    self.target = target
    self.staging = staging
    self.kept = kept
    self.holders = holders
    self.mark = mark
  }
}

/// One check's end.
public struct CheckRecord: Sendable, Codable, Equatable {
  /// Passed, failed, or could not run: the last is not a pass.
  public enum State: String, Sendable, Codable {
    /// What was expected was found.
    case passed = "Passed"
    /// Something else was found.
    case failed = "Failed"
    /// Nothing could be found out.
    case errored = "Errored"
    /// It was not made, on purpose: in a drill it would have looked at production. Not a pass either.
    case skipped = "Skipped"
  }

  /// The check's name: its `id`, or its type with a number.
  public var id: String
  /// Its type, `RowCounts`.
  public var type: String
  /// The database it read, if one.
  public var database: DatabaseID?
  /// How it ended.
  public var state: State
  /// What was expected.
  public var expected: String
  /// What was found, or why nothing could be found out.
  public var actual: String
  /// How long it took, in seconds.
  public var seconds: Double
  /// Its place among the checks of its step, from 1: they end in any order.
  public var position: Int

  /// One check's end.
  public init(
    id: String, type: String, database: DatabaseID?, state: State, expected: String, actual: String,
    seconds: Double, position: Int = 1
  ) {
    self.id = id
    self.type = type
    self.database = database
    self.state = state
    self.expected = expected
    self.actual = actual
    self.seconds = seconds
    self.position = position
  }
}

/// A service's change of state.
public struct ServiceRecord: Sendable, Codable, Equatable {
  /// The service.
  public var service: ServiceID
  /// `Found` before anything was done to it, then `Stopping`, `Stopped`, `Starting`, `Started`, `Ready`, or `Failed` when
  /// it could not be started or did not become ready.
  public var state: String
  /// Process id, unit state or whatever identifies it.
  public var detail: String?
  /// Whether it ran; only where it was `Found`.
  public var wasRunning: Bool?

  /// A change of state.
  public init(service: ServiceID, state: String, detail: String? = nil, wasRunning: Bool? = nil) {
    self.service = service
    self.state = state
    self.detail = detail
    self.wasRunning = wasRunning
  }
}

/// One message to one channel.
public struct NotificationRecord: Sendable, Codable, Equatable {
  /// The channel.
  public var channel: ChannelID
  /// Whether the channel took it.
  public var delivered: Bool
  /// Why not.
  public var error: String?
  /// In which round of the run; nil in the first.
  public var round: Int?

  /// One message's fate.
  public init(channel: ChannelID, delivered: Bool, error: String? = nil, round: Int? = nil) {
    self.channel = channel
    self.delivered = delivered
    self.error = error
    self.round = round
  }
}
