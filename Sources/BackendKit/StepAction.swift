public import Declarations
public import Diagnostics
public import RunEvents
public import Values

/// What a step does.
///
/// Conforming types live one per file in `Backends/Actions` and are listed once in `Backends.registry`.
public protocol StepAction: Sendable {
  /// Its name, keys, documentation.
  static var declaration: KindDeclaration { get }

  /// Made from the keys that `declaration.shape` read.
  init(_ inputs: Record)

  /// What it touches: known without running, for locks, validation and the graph.
  var effects: ActionEffects { get }

  /// Does the work, once per attempt. Honours task cancellation promptly; puts on record what it is about to change
  /// before it changes it. Must be safe to call again after a failure.
  func run(_ context: StepContext) async throws(StepFailure) -> StepResult

  /// Finds out what became of an attempt that was under way when its process was killed, from `context.earlier` and from
  /// what its own marks on the target say; looking, and finishing or undoing what was left half done. Never repeats work.
  /// A failure means that nothing could be found out.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation

  /// Sets back what the step changed, as `context.earlier` tells it, and proves that it did. Safe to call again after a
  /// failure or a crash, and after an attempt that was killed half-way.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome

  /// Completes an undo that gave `unwound`, once everything that the run changed is undone.
  func settle(_ context: StepContext) async throws(StepFailure) -> String

  /// Goes on making the checks that say so, until their time is over or the task is cancelled; every look that differs from
  /// the one before, and the last, goes on record. Called once `run` succeeded, and again after a repair.
  func watch(_ context: StepContext) async -> WatchOutcome

  /// Finds out, reading only, whether `run` could work; one finding per thing looked at. Never changes anything.
  func probe(_ context: StepContext) async -> [ProbeFinding]
}

extension StepAction {
  /// Only an action whose `undo` gives `unwound` has anything to complete.
  public func settle(_ context: StepContext) async throws(StepFailure) -> String { "nothing to complete" }

  /// Only an action with checks has anything to watch.
  public func watch(_ context: StepContext) async -> WatchOutcome { .passed }
}

/// What became of an attempt that was under way when its process was killed.
public enum Reconciliation: Sendable, Equatable {
  /// It did its work; with the outputs that it would have given, and by what that is known.
  case done(StepResult, String)
  /// It did not do its work, and can be tried again; by what that is known.
  case notDone(String)
  /// It cannot be told: what a person has to look at.
  case unknown(String)
}

/// What undoing a step did.
public enum UndoOutcome: Sendable, Equatable {
  /// What it changed is as it was before; what stands where.
  case undone(String)
  /// It had changed nothing.
  case nothingToUndo
  /// It is out of the way of the steps before it; `settle` completes it when those are undone.
  case unwound(String)
  /// There is no way back; what stands where.
  case impossible(String)
}

/// What a step gives to the steps after it.
public struct StepResult: Sendable, Equatable {
  /// Values that later steps may use as `${steps.id.outputs.name}`.
  public var outputs: [String: String]
  /// What goes on record together with the step's end, at no cost of its own: how it ended, not what it is going to do.
  public var evidence: [StepEvidence]

  /// The outputs of a step, and what it has to say at its end.
  public init(outputs: [String: String] = [:], evidence: [StepEvidence] = []) {
    self.outputs = outputs
    self.evidence = evidence
  }
}

/// What an action touches.
public struct ActionEffects: Sendable {
  /// What part of a recovery it belongs to.
  public var phase: StepPhase
  /// Databases it replaces.
  public var restores: [DatabaseID]
  /// Databases it reads from to make a snapshot.
  public var captures: [DatabaseID]
  /// Services it stops or starts.
  public var services: [ServiceID]
  /// Those among `services` that it leaves stopped.
  public var stops: [ServiceID]
  /// Channels it tells.
  public var channels: [ChannelID]
  /// Checks it makes.
  public var checks: [PlannedCheck]
  /// Names of the outputs it gives.
  public var outputs: [String]
  /// How often steps may run at most to repair what its checks found.
  public var repairLimit: Int
  /// Whether it may change things that nobody but the plan's author knows of: a program does.
  public var isOpaque: Bool

  /// What an action touches.
  public init(
    phase: StepPhase, restores: [DatabaseID] = [], captures: [DatabaseID] = [], services: [ServiceID] = [],
    stops: [ServiceID] = [], channels: [ChannelID] = [], checks: [PlannedCheck] = [],
    outputs: [String] = [], repairLimit: Int = 0, isOpaque: Bool = false
  ) {
    self.phase = phase
    self.restores = restores
    self.captures = captures
    self.services = services
    self.stops = stops
    self.channels = channels
    self.checks = checks
    self.outputs = outputs
    self.repairLimit = repairLimit
    self.isOpaque = isOpaque
  }

  /// For how long its checks go on being made at most; nil when none does.
  public var watch: Duration? { checks.compactMap(\.watch?.duration).max() }
}

/// A check that an action will make, as far as it is known from the plan.
public struct PlannedCheck: Sendable {
  /// The check's name in its step.
  public var id: String
  /// Its type.
  public var type: String
  /// Whether the step fails when it does not pass.
  public var isRequired: Bool
  /// The check itself.
  public var check: any IntegrityCheck
  /// How it goes on being made after its step; nil: it does not.
  public var watch: CheckWatch?
  /// Names of the steps that run when it does not pass, before it is made again; in their order.
  public var repair: [PlannedRepair]

  /// A planned check.
  public init(
    id: String, type: String, isRequired: Bool, check: any IntegrityCheck, watch: CheckWatch? = nil,
    repair: [PlannedRepair] = []
  ) {
    self.id = id
    self.type = type
    self.isRequired = isRequired
    self.check = check
    self.watch = watch
    self.repair = repair
  }
}

/// How a check goes on being made after its step.
public struct CheckWatch: Sendable, Equatable {
  /// For how long.
  public var duration: Duration
  /// The pause between two looks.
  public var interval: Duration

  /// A watch.
  public init(duration: Duration, interval: Duration) {
    self.duration = duration
    self.interval = interval
  }
}

/// A step that repairs what a check found, as the plan names it.
public struct PlannedRepair: Sendable, Equatable {
  /// The name as written.
  public var name: String
  /// Where.
  public var range: SourceRange

  /// A name and its place.
  public init(name: String, range: SourceRange) {
    self.name = name
    self.range = range
  }
}

/// How a watch ended.
public enum WatchOutcome: Sendable, Equatable {
  /// Every check passed at its last look.
  case passed
  /// These did not, by name; a check that names repairs ends the watch as soon as it fails.
  case failed([String])
}

/// What a read-only look at one thing found.
public struct ProbeFinding: Sendable, Equatable {
  /// What the look says about running for real; there is no "passed".
  public enum State: String, Sendable, CaseIterable {
    /// A read-only probe found it in order.
    case checked = "checked"
    /// It cannot be known without running.
    case wouldRun = "would-run"
    /// It would fail.
    case blocked = "blocked"
    /// There is no way to look without changing something.
    case notCheckable = "not-checkable"
  }

  /// What was looked at.
  public var subject: String
  /// What the look says.
  public var state: State
  /// The facts.
  public var detail: String

  /// A finding.
  public init(_ subject: String, _ state: State, _ detail: String) {
    self.subject = subject
    self.state = state
    self.detail = detail
  }
}
