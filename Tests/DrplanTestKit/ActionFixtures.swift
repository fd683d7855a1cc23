public import BackendKit
public import Declarations
import RunEvents
public import Values

// Actions that look like the real ones and do nothing.

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
  /// Never did anything.
  public func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    .notDone("a fixture does nothing")
  }
  /// Never did anything.
  public func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome { .nothingToUndo }
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
  /// Never did anything.
  public func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    .notDone("a fixture does nothing")
  }
  /// Never did anything.
  public func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome { .nothingToUndo }
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
  /// Never did anything.
  public func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    .notDone("a fixture does nothing")
  }
  /// Never did anything.
  public func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome { .nothingToUndo }
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
  /// Never did anything.
  public func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    .notDone("a fixture does nothing")
  }
  /// Never did anything.
  public func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome { .nothingToUndo }
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
  /// Never did anything.
  public func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    .notDone("a fixture does nothing")
  }
  /// Never did anything.
  public func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome { .nothingToUndo }
  /// Looks at nothing.
  public func probe(_ context: StepContext) async -> [ProbeFinding] { [] }
}
