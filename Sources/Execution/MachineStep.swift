import BackendKit
import PlanModel
import RunEvents
import StepGraph
import Values

/// One step as the run machine sees it: what the plan says, and where it stands.
struct MachineStep: Sendable {
  /// How far a step is, finer than `StepState`.
  enum Stage: Sendable, Equatable {
    /// Some of what it needs is not over.
    case pending
    /// It could start.
    case queued
    /// An attempt runs.
    case attempting
    /// An attempt was told to stop and has not.
    case stopping(CancelReason)
    /// Nobody can tell what became of an attempt of a process before: a person must.
    case unresolved
    /// Only repairs, and nothing is to repair.
    case dormant
    /// Its checks found something, and steps run to repair it.
    case repairing
    /// An attempt failed, the next begins soon.
    case backingOff
    /// Over, or left out.
    case over
    /// Over on record, but its last attempt did not stop.
    case abandoned
  }

  /// What the work of a step in flight is for.
  enum Work: Sendable, Equatable {
    case run, reconcile, undo, settle
  }

  let id: StepID
  let successors: [Int]
  let timeout: Duration
  let retry: RetryPolicy
  let onFailure: FailurePolicy
  let isFinally: Bool
  let restores: Bool
  let isRepair: Bool
  let repairs: [String: [Int]]
  let repairLimit: Int
  let watch: Duration?
  /// Names of the checks that are watched.
  let watchedChecks: [String]

  var stage = Stage.pending
  var state = StepState.pending
  /// How many of the steps it needs are not over.
  var unmet: Int
  var attempts = 0
  /// How many of them were made by a process before; they do not count for `retry`.
  var earlierAttempts = 0
  /// Whether an attempt of a process before was under way at its end.
  var isInFlightBefore = false
  var work = Work.run
  /// Whether it counts as running, from its first attempt of this process to its end.
  var isRunning = false
  /// Its place among the attempts begun; nil when none was.
  var startOrder: Int?
  /// How often steps ran to repair what its checks found.
  var repairRounds = 0
  /// The steps that are still to run in this repair, the next one last.
  var repairsLeft: [Int] = []
  /// The step whose checks it repairs just now.
  var repairsFor: Int?
  /// When the watch of its checks is over; nil when none goes on.
  var watchEnd: Duration?
  /// How far it is undone.
  var undone: StepUndone.State?
  /// When its timeout ends; known from its first attempt on.
  var deadline = Duration.zero
  /// Changes whenever the deadline that it waits for loses its point.
  var generation = 0
  /// Whether a person left it out.
  var isExcluded = false
  /// Whether it counts as done on a person's word alone.
  var isAssumed = false
  /// Whether what it needs, left out itself, did not come about.
  var isBarred = false
  /// The step because of which it was not reached.
  var root: Int?

  init(_ node: StepNode, isFinally: (Int) -> Bool) {
    let step = node.step
    id = step.id
    timeout = step.timeout
    retry = step.retry
    onFailure = step.onFailure
    self.isFinally = node.isFinally
    isRepair = node.isRepair
    repairs = node.repairs
    repairLimit = step.action.effects.repairLimit
    watch = step.action.effects.watch
    watchedChecks = step.action.effects.checks.filter { $0.watch != nil }.map(\.id)
    restores = !step.action.effects.restores.isEmpty
    // A need across the border is met when `finally` begins.
    successors = node.successors.filter { isFinally($0) == node.isFinally }
    unmet = node.predecessors.count { isFinally($0) == node.isFinally }
  }

  /// Whether an attempt runs, or is told to stop.
  var isInFlight: Bool {
    switch stage {
    case .attempting, .stopping: true
    case .pending, .queued, .unresolved, .dormant, .repairing, .backingOff, .over, .abandoned: false
    }
  }
}
