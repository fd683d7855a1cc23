public import Declarations
public import Values

/// What a run works with: everything a plan declares beside its steps, resolved for the run's mode.
public struct RunEnvironment: Sendable {
  /// The databases.
  public let databases: [DatabaseID: DatabaseBinding]
  /// The services.
  public let services: [ServiceID: ServiceBinding]
  /// The channels.
  public let channels: [ChannelID: any Channel]
  /// Where snapshots live.
  public let snapshots: any SnapshotStore
  /// Where secrets come from.
  public let secrets: any SecretSource
  /// The plan's folder: where commands run unless they say otherwise.
  public let planDirectory: String
  /// A folder for logs of this run's commands and services.
  public let logDirectory: String
  /// Where people's answers come from.
  public let answers: any AnswerSource
  /// Places that this run must not touch, nor anything in them or around them: in a drill those of production.
  public let offLimits: [OffLimits]

  /// What a run works with.
  public init(
    databases: [DatabaseID: DatabaseBinding], services: [ServiceID: ServiceBinding],
    channels: [ChannelID: any Channel],
    snapshots: any SnapshotStore, secrets: any SecretSource, planDirectory: String, logDirectory: String,
    answers: any AnswerSource = NoAnswers(), offLimits: [OffLimits] = []
  ) {
    self.answers = answers
    self.databases = databases
    self.services = services
    self.channels = channels
    self.snapshots = snapshots
    self.secrets = secrets
    self.planDirectory = planDirectory
    self.logDirectory = logDirectory
    self.offLimits = offLimits
  }

  /// The database of that name; the plan's validation has seen to it that there is one.
  public func database(_ id: DatabaseID) throws(StepFailure) -> DatabaseBinding {
    guard let binding = databases[id] else { throw Self.undeclared("database", id.text) }
    return binding
  }

  /// The service of that name; the plan's validation has seen to it that there is one.
  public func service(_ id: ServiceID) throws(StepFailure) -> ServiceBinding {
    guard let binding = services[id] else { throw Self.undeclared("service", id.text) }
    return binding
  }

  /// The channel of that name; the plan's validation has seen to it that there is one.
  public func channel(_ id: ChannelID) throws(StepFailure) -> any Channel {
    guard let channel = channels[id] else { throw Self.undeclared("channel", id.text) }
    return channel
  }

  private static func undeclared(_ noun: String, _ name: String) -> StepFailure {
    StepFailure(
      .unresolvedReference, "the plan declares no \(noun) `\(name)`",
      remedy: "run `drplan validate` on the plan",
      isRetryable: false)
  }
}

/// A place that a run must not touch.
public struct OffLimits: Sendable, Equatable {
  /// Its path, as the plan says it.
  public let path: String
  /// What it is, for people: ``the place of the database `orders` ``.
  public let what: String

  /// A place.
  public init(_ path: String, _ what: String) {
    self.path = path
    self.what = what
  }
}

/// A database with the places that a run reads from and writes to.
public struct DatabaseBinding: Sendable {
  /// The database.
  public let id: DatabaseID
  /// The kind of its engine.
  public let engineName: String
  /// Where it is backed up from: to read, in whatever mode.
  public let source: any DataSource
  /// Where this run restores to and its checks read: in a drill the drill's place and no other.
  public let target: any DatabaseEngine
  /// What `target` must be, by the facts of its engine; empty where the plan does not say.
  public let identity: [String: String]

  /// A database with its places.
  public init(
    id: DatabaseID, engineName: String, source: any DataSource, target: any DatabaseEngine,
    identity: [String: String] = [:]
  ) {
    self.identity = identity
    self.id = id
    self.engineName = engineName
    self.source = source
    self.target = target
  }
}

/// A service with how to tell that it is ready.
public struct ServiceBinding: Sendable {
  /// The service.
  public let id: ServiceID
  /// Who stops and starts it.
  public let manager: any ServiceManager
  /// How to tell that it is ready; nil: when the manager says that it runs.
  public let readiness: Readiness?

  /// A service.
  public init(id: ServiceID, manager: any ServiceManager, readiness: Readiness?) {
    self.id = id
    self.manager = manager
    self.readiness = readiness
  }
}

/// How to tell that a service is ready.
public struct Readiness: Sendable {
  /// What is asked.
  public enum Probe: Sendable {
    /// An HTTP answer with that status.
    case http(url: String, status: Int)
    /// A port that accepts connections.
    case tcp(host: String, port: Int)
    /// A command that exits with 0.
    case command([Template])
  }

  /// What is asked.
  public let probe: Probe
  /// How long it may take until the answer is right.
  public let within: Duration

  /// What is asked, and for how long.
  public init(probe: Probe, within: Duration) {
    self.probe = probe
    self.within = within
  }
}

/// Gives the values of secrets, when a run needs them and not before.
public protocol SecretSource: Sendable {
  /// The value; a failure names the secret and where it should have come from, never the value.
  func value(of reference: SecretReference) async throws(StepFailure) -> Secret
}
