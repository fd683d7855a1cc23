public import BackendKit
public import Declarations
import RunEvents
public import Values

// Checks, engines, managers and channels that look like the real ones and do nothing.

/// Checks nothing.
public struct CheckFixture: IntegrityCheck {
  static let of = Key.required("database", ValueType<DatabaseID>.name(.database), "what is checked")
  static let engineCheck = KindDeclaration(
    "EngineCheck", summary: "asks the engine", notes: "", example: "", shape: Shape("a check", [of.erased]))
  static let rowCounts = KindDeclaration(
    "RowCounts", summary: "counts rows", notes: "", example: "", shape: Shape("a check", [of.erased]))

  static let recoveryPointAge = KindDeclaration(
    "RecoveryPointAge", summary: "reads no data", notes: "", example: "",
    shape: Shape("a check", [of.erased]))

  /// Like a real one.
  public static var declaration: KindDeclaration { engineCheck }

  /// What it reads.
  public let database: DatabaseID?
  /// Whether it proves anything of the data.
  public let readsData: Bool
  private let engine: String?

  /// From the keys of a plan; fits every engine.
  public init(_ check: Record) { self.init(check, needs: nil) }

  init(_ check: Record, needs engine: String?, readsData: Bool = true) {
    database = check[Self.of]
    self.engine = engine
    self.readsData = readsData
  }

  /// A check of that database; with `engine`, it fits no other.
  public init(of database: DatabaseID, needs engine: String? = nil) {
    self.database = database
    self.engine = engine
    readsData = true
  }

  /// Whether the engine is the one that it needs.
  public func misfit(with engine: any DatabaseEngine) -> String? {
    guard let needed = self.engine, (engine as? EngineFixture)?.name != needed else { return nil }
    return "use EngineCheck"
  }

  /// Fails.
  public func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome {
    throw RegistryFixtures.refusal
  }
}

/// A place that holds nothing.
public struct EngineFixture: DatabaseEngine {
  static let place = Key.required("path", ValueType<String>.path, "where it is")
  static let sqlite = KindDeclaration(
    "SQLite", summary: "a file", notes: "", example: "", shape: Shape("a SQLite place", [place.erased]),
    identity: [
      .optional("kind", .text, "what stands there"),
      .optional(
        "applicationId", ValueType<Int>.integer().map { number, _, _ in String(number) }, "its number"),
    ])
  static let files = KindDeclaration(
    "Files", summary: "a folder", notes: "", example: "", shape: Shape("a Files place", [place.erased]))

  /// Like a real one.
  public static var declaration: KindDeclaration { sqlite }

  /// The kind of engine.
  public let name: String
  /// Where it is.
  public let path: String?

  /// From the keys of a plan.
  public init(_ place: Record) { self.init(place, named: "SQLite") }

  init(_ place: Record, named name: String) {
    self.name = name
    path = place[Self.place]
  }

  /// A place at an absolute path.
  public init(_ name: String, at path: String) {
    self.name = name
    self.path = path
  }

  /// The path.
  public var target: TargetName { .data(at: path ?? "") }
  /// Restores nothing.
  public var restoration: any Restoration { RestorationFixture() }
  /// Fails.
  public func capture(in scratch: String) async throws(StepFailure) -> CapturedData {
    throw RegistryFixtures.refusal
  }
  /// Fails.
  public func check() async throws(StepFailure) -> [String] { throw RegistryFixtures.refusal }
  /// Looks at nothing.
  public func probe(forRestore: Bool, needing bytes: ByteCount?) async -> [ProbeFinding] { [] }
}

private struct RestorationFixture: Restoration {
  func begin(run: RunID, database: DatabaseID, needing bytes: ByteCount) async throws(StepFailure) -> String {
    throw RegistryFixtures.refusal
  }
  func checkStaged(_ staging: String) async throws(StepFailure) -> [String] { throw RegistryFixtures.refusal }
  func plannedPublication(_ staging: String, run: RunID, database: DatabaseID) async throws(StepFailure)
    -> Publication
  {
    throw RegistryFixtures.refusal
  }
  func publish(_ planned: Publication) async throws(StepFailure) -> Publication {
    throw RegistryFixtures.refusal
  }
  func reconcile(_ planned: Publication, run: RunID) async throws(StepFailure) -> PublicationState {
    throw RegistryFixtures.refusal
  }
  func undo(_ publication: Publication, run: RunID) async throws(StepFailure) -> PublicationUndo {
    throw RegistryFixtures.refusal
  }
  func discard(run: RunID) async throws(StepFailure) { throw RegistryFixtures.refusal }
  func abandon(_ staging: String) async {}
}

/// A service that does not exist.
public struct ManagerFixture: ServiceManager {
  static let command = Key.required(
    "command", ValueType<[Template]>.arguments, "the program and its arguments")

  /// Like a real one.
  public static var declaration: KindDeclaration {
    KindDeclaration(
      "Process", summary: "a process", notes: "", example: "",
      shape: Shape("a Process service", [command.erased]))
  }

  /// From the keys of a plan.
  public init(_ service: Record) {}
  /// A service.
  public init() {}

  /// The same for all.
  public var target: TargetName { TargetName("service:fixture") }
  /// Fails.
  public func state(_ context: ServiceContext) async throws(StepFailure) -> ServiceState {
    throw RegistryFixtures.refusal
  }
  /// Fails.
  public func stop(_ context: ServiceContext) async throws(StepFailure) { throw RegistryFixtures.refusal }
  /// Fails.
  public func start(_ context: ServiceContext) async throws(StepFailure) -> String {
    throw RegistryFixtures.refusal
  }
  /// None.
  public func lastLines(_ context: ServiceContext) async -> [String] { [] }
}

/// A channel to nobody.
public struct ChannelFixture: Channel {
  static let webhook = Key.required("webhookUrl", ValueType<SecretReference>.secret, "where it goes")
  static let terminal = KindDeclaration(
    "Terminal", summary: "a terminal", notes: "", example: "", shape: Shape("a Terminal channel", []))
  static let slack = KindDeclaration(
    "Slack", summary: "a room", notes: "", example: "", shape: Shape("a Slack channel", [webhook.erased]))

  /// Like a real one.
  public static var declaration: KindDeclaration { terminal }

  /// From the keys of a plan.
  public init(_ channel: Record) {}
  /// A channel.
  public init() {}

  /// Fails.
  public func send(_ notification: Notification, secrets: any SecretSource) async throws(StepFailure) {
    throw RegistryFixtures.refusal
  }
  /// Would work.
  public func probe(secrets: any SecretSource) async -> ProbeFinding {
    ProbeFinding("fixture", .wouldRun, "")
  }
}
