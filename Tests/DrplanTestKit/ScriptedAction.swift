public import BackendKit
public import Declarations
public import RunEvents

/// A step's action that does what a test says.
public struct ScriptedAction: StepAction {
  /// What an attempt does.
  public typealias Script = @Sendable (StepContext) async throws(StepFailure) -> StepResult

  /// A kind without keys.
  public static var declaration: KindDeclaration {
    KindDeclaration(
      "Scripted", summary: "does what a test says", notes: "", example: "",
      shape: Shape("a scripted action", []))
  }

  /// What it says it touches.
  public var effects: ActionEffects
  private let script: Script
  private let look: @Sendable (StepContext) async -> [ProbeFinding]
  /// What a look at a killed attempt finds.
  public var findsKilled: @Sendable (StepContext) async throws(StepFailure) -> Reconciliation = {
    _ throws(StepFailure) in .notDone("scripted")
  }
  /// What undoing does.
  public var undoing: @Sendable (StepContext) async throws(StepFailure) -> UndoOutcome = {
    _ throws(StepFailure) in .nothingToUndo
  }

  /// Does nothing, and does it well.
  public init(_ inputs: Record) { self.init { _ throws(StepFailure) in StepResult() } }

  /// Does what `script` says; looks as `probe` says.
  public init(
    effects: ActionEffects = ActionEffects(phase: .other),
    probe: @escaping @Sendable (StepContext) async -> [ProbeFinding] = { _ in [] },
    _ script: @escaping Script
  ) {
    self.effects = effects
    self.script = script
    look = probe
  }

  /// Succeeds at once.
  public static func succeeding(
    outputs: [String: String] = [:], effects: ActionEffects = ActionEffects(phase: .other)
  ) -> ScriptedAction {
    ScriptedAction(effects: effects) { _ throws(StepFailure) in StepResult(outputs: outputs) }
  }

  /// Fails at once, every time.
  public static func failing(
    _ failure: StepFailure = StepFailure(.system, "scripted to fail", isRetryable: false)
  ) -> ScriptedAction {
    ScriptedAction { _ throws(StepFailure) in throw failure }
  }

  /// Opens `started`, then waits for `gate` to open; stops when cancelled.
  public static func waiting(
    for gate: ScriptedGate, started: ScriptedGate = ScriptedGate(),
    effects: ActionEffects = ActionEffects(phase: .other)
  ) -> ScriptedAction {
    ScriptedAction(effects: effects) { _ throws(StepFailure) in
      started.open()
      do throws(CancellationError) {
        try await gate.passUnlessCancelled()
      } catch {
        throw StepFailure(.cancelled, "scripted to stop when cancelled", isRetryable: false)
      }
      return StepResult()
    }
  }

  /// Opens `started`, then waits for `gate` to open, deaf to cancellation.
  public static func deaf(until gate: ScriptedGate, started: ScriptedGate = ScriptedGate()) -> ScriptedAction
  {
    ScriptedAction { _ throws(StepFailure) in
      started.open()
      await gate.pass()
      return StepResult()
    }
  }

  /// Does what it was made to do.
  public func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    try await script(context)
  }

  /// Finds what it was made to.
  public func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    try await findsKilled(context)
  }

  /// Undoes as it was made to.
  public func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome {
    try await undoing(context)
  }

  /// Looks as it was made to.
  public func probe(_ context: StepContext) async -> [ProbeFinding] { await look(context) }
}
