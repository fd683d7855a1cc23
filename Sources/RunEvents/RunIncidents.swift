public import Values

/// The forecast of the recovery passed the objective, while there was still time to act; at most once in a run.
public struct ObjectiveAtRisk: Sendable, Codable, Equatable {
  /// When the recovery is going to be over, in seconds of recovery time.
  public var forecastSeconds: Double
  /// The recovery time objective.
  public var rtoSeconds: Double
  /// The step because of which it will be late.
  public var step: StepID
  /// Where the durations come from: `History` where at least one was measured, else `Estimates`.
  public var basis: String

  /// A forecast over the objective.
  public init(forecastSeconds: Double, rtoSeconds: Double, step: StepID, basis: String) {
    self.forecastSeconds = forecastSeconds
    self.rtoSeconds = rtoSeconds
    self.step = step
    self.basis = basis
  }
}

/// A message that the run itself sent, not one of its steps.
public struct RunNotified: Sendable, Codable, Equatable {
  /// What it is about: `objective.at-risk`.
  public var about: String
  /// Its fate.
  public var record: NotificationRecord

  /// A message and its fate.
  public init(about: String, record: NotificationRecord) {
    self.about = about
    self.record = record
  }
}

/// The run took over a lock from a holder that had died.
public struct LockTakenOver: Sendable, Codable, Equatable {
  /// What is locked.
  public var target: String
  /// Who held it, for people.
  public var holder: String
  /// By what it was known to be dead: `its process has ended`, `its host has started anew`, `no sign of life for 90s`.
  public var reason: String

  /// A lock taken over.
  public init(target: String, holder: String, reason: String) {
    self.target = target
    self.holder = holder
    self.reason = reason
  }
}

/// A place that a drill restores into, about to be made, or removed.
public struct DrillPlace: Sendable, Codable, Equatable {
  /// The database.
  public var database: DatabaseID
  /// The path.
  public var path: String
  /// Why it could not be removed; nil when it was, or is about to be made.
  public var error: String?
  /// How much stands there still, where it could not be removed.
  public var bytes: ByteCount?

  /// A place.
  public init(database: DatabaseID, path: String, error: String? = nil, bytes: ByteCount? = nil) {
    self.database = database
    self.path = path
    self.error = error
    self.bytes = bytes
  }
}
