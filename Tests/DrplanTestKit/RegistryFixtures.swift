public import BackendKit
public import Declarations
import PlanModel
import RunEvents
public import Values

/// A small set of kinds that look like the real ones and do nothing, for tests of reading and checking plans.
public enum RegistryFixtures {
  /// One or two kinds of every family.
  public static let registry = BackendRegistry(
    actions: KindFamily(
      noun: "action", key: "action",
      entries: [
        .init(RestoreFixture.declaration) { RestoreFixture($0) },
        .init(VerifyFixture.declaration) { VerifyFixture($0) },
        .init(RestartFixture.declaration) { RestartFixture($0) },
        .init(NotifyFixture.declaration) { NotifyFixture($0) },
        .init(CommandFixture.declaration) { CommandFixture($0) },
      ],
      later: [LaterKey("Approve", "a question to people")]),
    engines: KindFamily(
      noun: "engine", key: "engine",
      entries: [
        .init(EngineFixture.sqlite) { EngineFixture($0, named: "SQLite") },
        .init(EngineFixture.files) { EngineFixture($0, named: "Files") },
      ],
      later: [LaterKey("PostgreSQL", "a PostgreSQL server")]),
    managers: KindFamily(
      noun: "manager", key: "manager",
      entries: [.init(ManagerFixture.declaration) { ManagerFixture($0) }]),
    channels: KindFamily(
      noun: "channel", key: "type",
      entries: [
        .init(ChannelFixture.terminal) { ChannelFixture($0) },
        .init(ChannelFixture.slack) { ChannelFixture($0) },
      ]),
    checks: checks)

  static let checks = KindFamily<any IntegrityCheck>(
    noun: "check", key: "type",
    entries: [
      .init(CheckFixture.engineCheck) { CheckFixture($0, needs: nil) },
      .init(CheckFixture.rowCounts) { CheckFixture($0, needs: "SQLite") },
    ])

  /// Stands in for SHA-256: equal texts have equal digests, others do not in practice (FNV-1a four times).
  @Sendable public static func digest(_ bytes: [UInt8]) -> SHA256Digest {
    var output: [UInt8] = []
    for lane in 0..<UInt64(4) {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ lane
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        output.append(UInt8(truncatingIfNeeded: hash >> shift))
      }
    }
    return SHA256Digest(bytes: output) ?? .zero
  }

  fileprivate static let refusal = StepFailure(.system, "fixtures do nothing", isRetryable: false)
}

/// Restores nothing.
public struct RestoreFixture: StepAction {
  static let database = Key.required("database", ValueType<DatabaseID>.name(.database), "what is restored")
  static let backup = Key.optional(
    "backup", ValueType<RecoveryPoint>.recoveryPoint, default: .latest, shownAs: "Latest", "which state of it"
  )

  /// Like the real one.
  public static var declaration: KindDeclaration {
    KindDeclaration(
      "RestoreDatabase", summary: "restores", notes: "", example: "",
      shape: Shape("the inputs of RestoreDatabase", [database.erased, backup.erased]))
  }

  /// Which state is asked for.
  public let recoveryPoint: RecoveryPoint
  /// What it says it touches.
  public let effects: ActionEffects

  /// From the keys of a plan.
  public init(_ inputs: Record) {
    recoveryPoint = inputs[Self.backup]
    effects = ActionEffects(
      phase: .restore, restores: [inputs[Self.database]], outputs: ["snapshot", "bytes"])
  }

  /// Fails.
  public func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    throw RegistryFixtures.refusal
  }
  /// Looks at nothing.
  public func probe(_ context: StepContext) async -> [ProbeFinding] { [] }
}

/// Verifies nothing.
public struct VerifyFixture: StepAction {
  static let required = Key.optional(
    "required", ValueType<Bool>.boolean, default: true, shownAs: "true", "whether the step fails with it")
  static let checks = Key.required(
    "checks", RegistryFixtures.checks.flat(Shape("a check", [required.erased])).list(atLeast: 1),
    "what is checked")

  /// Like the real one.
  public static var declaration: KindDeclaration {
    KindDeclaration(
      "VerifyIntegrity", summary: "proves", notes: "", example: "",
      shape: Shape("the inputs of VerifyIntegrity", [checks.erased]))
  }

  /// What it says it touches.
  public let effects: ActionEffects

  /// From the keys of a plan.
  public init(_ inputs: Record) {
    let checks = inputs[Self.checks].enumerated().map { index, value in
      PlannedCheck(
        id: "\(index + 1)-\(value.kind)", type: value.kind, isRequired: value.record[Self.required],
        check: value.product)
    }
    effects = ActionEffects(phase: .verify, checks: checks)
  }

  /// Fails.
  public func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    throw RegistryFixtures.refusal
  }
  /// Looks at nothing.
  public func probe(_ context: StepContext) async -> [ProbeFinding] { [] }
}

/// Restarts nothing.
public struct RestartFixture: StepAction {
  static let services = Key.required(
    "services", ValueType<ServiceID>.name(.service).list(atLeast: 1), "what is restarted")

  /// Like the real one.
  public static var declaration: KindDeclaration {
    KindDeclaration(
      "RestartServices", summary: "restarts", notes: "", example: "",
      shape: Shape("the inputs of RestartServices", [services.erased]))
  }

  /// What it says it touches.
  public let effects: ActionEffects

  /// From the keys of a plan.
  public init(_ inputs: Record) { effects = ActionEffects(phase: .restart, services: inputs[Self.services]) }

  /// Fails.
  public func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    throw RegistryFixtures.refusal
  }
  /// Looks at nothing.
  public func probe(_ context: StepContext) async -> [ProbeFinding] { [] }
}

/// Tells nobody.
public struct NotifyFixture: StepAction {
  static let channels = Key.required(
    "channels", ValueType<ChannelID>.name(.channel).list(atLeast: 1), "who is told")
  static let message = Key.required("message", ValueType<Template>.template, "what is said")

  /// Like the real one.
  public static var declaration: KindDeclaration {
    KindDeclaration(
      "NotifyStakeholders", summary: "tells", notes: "", example: "",
      shape: Shape("the inputs of NotifyStakeholders", [channels.erased, message.erased]))
  }

  /// What is said.
  public let text: Template
  /// What it says it touches.
  public let effects: ActionEffects

  /// From the keys of a plan.
  public init(_ inputs: Record) {
    text = inputs[Self.message]
    effects = ActionEffects(phase: .notify, channels: inputs[Self.channels])
  }

  /// Fails.
  public func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    throw RegistryFixtures.refusal
  }
  /// Looks at nothing.
  public func probe(_ context: StepContext) async -> [ProbeFinding] { [] }
}

/// Runs nothing.
public struct CommandFixture: StepAction {
  static let command = Key.required(
    "command", ValueType<[Template]>.arguments, "the program and its arguments")
  static let retries = Key<Int?>.optional("times", .integer(1...9), "how often")
  static let quiet = Key<Bool?>.optional("quiet", .boolean, "whether it is quiet")

  /// Like the real one.
  public static var declaration: KindDeclaration {
    KindDeclaration(
      "RunCommand", summary: "runs a program", notes: "", example: "",
      shape: Shape("the inputs of RunCommand", [command.erased, retries.erased, quiet.erased]))
  }

  /// The program and its arguments.
  public let arguments: [Template]
  /// How often.
  public let times: Int?
  /// Whether it is quiet.
  public let isQuiet: Bool?
  /// What it says it touches.
  public let effects: ActionEffects

  /// From the keys of a plan.
  public init(_ inputs: Record) {
    arguments = inputs[Self.command]
    times = inputs[Self.retries]
    isQuiet = inputs[Self.quiet]
    effects = ActionEffects(phase: .other, outputs: ["exitStatus"])
  }

  /// Fails.
  public func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    throw RegistryFixtures.refusal
  }
  /// Looks at nothing.
  public func probe(_ context: StepContext) async -> [ProbeFinding] { [] }
}

/// Checks nothing.
public struct CheckFixture: IntegrityCheck {
  static let of = Key.required("database", ValueType<DatabaseID>.name(.database), "what is checked")
  static let engineCheck = KindDeclaration(
    "EngineCheck", summary: "asks the engine", notes: "", example: "", shape: Shape("a check", [of.erased]))
  static let rowCounts = KindDeclaration(
    "RowCounts", summary: "counts rows", notes: "", example: "", shape: Shape("a check", [of.erased]))

  /// Like a real one.
  public static var declaration: KindDeclaration { engineCheck }

  /// What it reads.
  public let database: DatabaseID?
  private let engine: String?

  /// From the keys of a plan; fits every engine.
  public init(_ check: Record) { self.init(check, needs: nil) }

  init(_ check: Record, needs engine: String?) {
    database = check[Self.of]
    self.engine = engine
  }

  /// A check of that database; with `engine`, it fits no other.
  public init(of database: DatabaseID, needs engine: String? = nil) {
    self.database = database
    self.engine = engine
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
    "SQLite", summary: "a file", notes: "", example: "", shape: Shape("a SQLite place", [place.erased]))
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
