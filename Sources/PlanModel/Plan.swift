public import BackendKit
public import Declarations
public import Diagnostics
public import RunEvents
public import Values

/// A recovery plan, read and checked key by key; whether its parts fit together is for `StepGraph` to say.
public struct Plan: Sendable {
  /// Its name.
  public var name: PlanName
  /// For people.
  public var title: String?
  /// For people.
  public var description: String?
  /// Who answers for it.
  public var owner: String?
  /// Free words for searching.
  public var labels: [String: String]
  /// How fast, and how much may be lost.
  public var objectives: Objectives
  /// Values of the parameters in force, by name.
  public var params: [String: String]
  /// Where secrets come from, by name.
  public var secrets: [NamedValue<SecretOrigin>]
  /// Where snapshots live; nil when the plan restores nothing.
  public var repository: RepositoryLocation?
  /// What holds data.
  public var databases: [Database]
  /// What runs.
  public var services: [Service]
  /// Where people are told.
  public var channels: [NamedChannel]
  /// The steps in the order of the text.
  public var steps: [Step]
  /// Steps that always run at the end, in the order of the text.
  public var finally: [Step]
  /// Names of other parts that the plan uses outside its steps, in readiness probes and channels.
  public var uses: [NameUse]
  /// Run-time references outside steps, in services and channels.
  public var references: [PlacedReference]
  /// How a person has to confirm a recovery; nil: not at all.
  public var confirmation: Confirmation?
  /// What stands in the text but could not be read; empty for a plan that can run.
  public var unread: UnreadParts
  /// The file as the user named it.
  public var file: String
  /// The absolute folder of the file.
  public var directory: String
  /// Digest of the text.
  public var digest: SHA256Digest
  /// The definitions of the databases, services, channels and secrets that steps name.
  public var parts: PartDefinitions

  /// All of it; made by `PlanLoading`.
  public init(
    name: PlanName, title: String?, description: String?, owner: String?, labels: [String: String],
    objectives: Objectives, params: [String: String], secrets: [NamedValue<SecretOrigin>],
    repository: RepositoryLocation?, databases: [Database], services: [Service], channels: [NamedChannel],
    steps: [Step], finally: [Step], uses: [NameUse], references: [PlacedReference] = [],
    confirmation: Confirmation? = nil,
    unread: UnreadParts = UnreadParts(), file: String,
    directory: String, digest: SHA256Digest, parts: PartDefinitions = PartDefinitions()
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.owner = owner
    self.labels = labels
    self.objectives = objectives
    self.params = params
    self.secrets = secrets
    self.repository = repository
    self.databases = databases
    self.services = services
    self.channels = channels
    self.steps = steps
    self.finally = finally
    self.uses = uses
    self.references = references
    self.confirmation = confirmation
    self.unread = unread
    self.file = file
    self.directory = directory
    self.digest = digest
    self.parts = parts
  }

  /// Digest of everything that says what a step does: its own definition, and those of the databases, services and
  /// channels that it names.
  ///
  /// The order of the text, comments and quoting do not matter. Computed at each call.
  public func definition(of step: Step) -> SHA256Digest { parts.digest(of: step) }
}

/// Parts of a plan that could not be read: what the rest says of them is not judged.
public struct UnreadParts: Sendable, Equatable {
  /// Whether anything in the text is wrong, so that the plan is good for looking for more errors only.
  public var isPartial: Bool
  /// Names of steps.
  public var steps: Set<String>
  /// Names of databases, services, channels and secrets.
  public var names: [NameUse.Family: Set<String>]

  /// Parts by name; nothing at all for a plan that can run.
  public init(isPartial: Bool = false, steps: Set<String> = [], names: [NameUse.Family: Set<String>] = [:]) {
    self.isPartial = isPartial
    self.steps = steps
    self.names = names
  }
}

/// How fast a system must be back, and how much data it may lose.
public struct Objectives: Sendable {
  /// Recovery time objective.
  public var rto: Duration
  /// Recovery point objective.
  public var rpo: Duration
  /// Maximum tolerable downtime.
  public var mtd: Duration?
  /// From which instant the recovery time counts.
  public var measuredFrom: MeasuredFrom
  /// The step that stops the clock, as named in the plan; nil: the last VerifyIntegrity.
  public var restoredWhen: StepID?
  /// Channels that are told as soon as the recovery is going to be too late.
  public var notifyAtRisk: [ChannelID]
  /// Where `objectives` stands.
  public var range: SourceRange
  /// Where `restoredWhen` stands, if written.
  public var restoredWhenRange: SourceRange?

  /// The objectives.
  public init(
    rto: Duration, rpo: Duration, mtd: Duration?, measuredFrom: MeasuredFrom, restoredWhen: StepID?,
    notifyAtRisk: [ChannelID] = [], range: SourceRange,
    restoredWhenRange: SourceRange?
  ) {
    self.rto = rto
    self.rpo = rpo
    self.mtd = mtd
    self.measuredFrom = measuredFrom
    self.restoredWhen = restoredWhen
    self.notifyAtRisk = notifyAtRisk
    self.range = range
    self.restoredWhenRange = restoredWhenRange
  }
}

/// Where snapshots live.
public struct RepositoryLocation: Sendable {
  /// The absolute path of the directory.
  public var directory: String
  /// Where it stands in the plan.
  public var range: SourceRange

  /// A directory.
  public init(directory: String, range: SourceRange) {
    self.directory = directory
    self.range = range
  }
}

/// Anything with data to recover.
public struct Database: Sendable {
  /// Its name.
  public var id: DatabaseID
  /// The kind of its engine.
  public var engineName: String
  /// Where it is backed up from.
  public var source: any DatabaseEngine
  /// Where a real run restores to: the source unless the plan says otherwise.
  public var recovery: any DatabaseEngine
  /// Where a drill restores to, if the plan says so; else to scratch space that drplan makes.
  public var drill: (any DatabaseEngine)?
  /// What `recovery` must be, by the facts of its engine; empty where the plan does not say.
  public var identity: [String: String]
  /// Where its name stands.
  public var range: SourceRange

  /// A database.
  public init(
    id: DatabaseID, engineName: String, source: any DatabaseEngine, recovery: any DatabaseEngine,
    drill: (any DatabaseEngine)? = nil, identity: [String: String] = [:], range: SourceRange
  ) {
    self.identity = identity
    self.id = id
    self.engineName = engineName
    self.source = source
    self.recovery = recovery
    self.drill = drill
    self.range = range
  }
}

/// Something to restart.
public struct Service: Sendable {
  /// Its name, manager and readiness.
  public var binding: ServiceBinding
  /// The kind of its manager.
  public var managerName: String
  /// Where its name stands.
  public var range: SourceRange

  /// A service.
  public init(binding: ServiceBinding, managerName: String, range: SourceRange) {
    self.binding = binding
    self.managerName = managerName
    self.range = range
  }
}

/// Where people are told.
public struct NamedChannel: Sendable {
  /// Its name.
  public var id: ChannelID
  /// The kind of channel.
  public var typeName: String
  /// The channel.
  public var channel: any Channel
  /// Where its name stands.
  public var range: SourceRange

  /// A channel.
  public init(id: ChannelID, typeName: String, channel: any Channel, range: SourceRange) {
    self.id = id
    self.typeName = typeName
    self.channel = channel
    self.range = range
  }
}
