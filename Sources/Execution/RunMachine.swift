package import BackendKit
import PlanModel
package import RunEvents
package import StepGraph
import Values

/// Decides what a run does next, and does nothing itself: told what happened, it says what to put on record and then do.
///
/// Time is a parameter: how long the run has lasted. Between two inputs nothing changes, and the same inputs at the same
/// times give the same effects. Everything that it decides by is on record before it acts on it. Work for each input is
/// logarithmic in the number of steps, but for inputs that end the run, which look at every step once.
package struct RunMachine: Sendable {
  /// What part of the run it is.
  enum Phase: Sendable, Equatable {
    case idle
    /// Main steps start and run.
    case main
    /// A step failed under `Pause`: what runs goes on to its end, nothing starts.
    case draining
    /// The main part is ending: what runs was told to stop, nothing starts.
    case stopping
    /// The main steps are being undone, one after the other.
    case undoing
    /// The steps of `finally` start and run.
    case finally
    /// The record is lost: what runs was told to stop, nothing starts or goes on record.
    case lost
    case over
  }

  /// Why the main part ended before its time.
  enum Cause: Sendable, Equatable {
    case failed(step: Int)
    case interrupted(signal: String)
    /// A person ended it instead of carrying it on.
    case ended(by: String)
  }

  var steps: [MachineStep]
  let mainCount: Int
  let restoredWhen: Int?
  let mode: RunMode
  let options: ExecutionOptions
  let leftOut: [Int: StepError]
  var queue: ReadyQueue
  var deadlines = Deadlines()
  var undo = UndoProgress()
  var risk: RiskWatch
  var starts = 0
  /// Steps of which a check did not pass at the end of its watch.
  var watchFailed: Set<Int> = []
  var phase = Phase.idle
  var cause: Cause?
  var pausedBy: Int?
  /// When to stop waiting for attempts after the record was lost.
  var lostDeadline = Duration.zero
  /// Steps of the current part, main or `finally`, that are not over.
  var unfinished = 0
  /// Steps of which an attempt runs, or is about to be made again.
  var running = 0

  var now = Duration.zero
  var bodies: [RunEvent.Body] = []
  var effects: [RunEffect] = []

  /// A machine for one run of `graph`; `targets` has what each step changes, by index.
  package init(graph: StepGraph, mode: RunMode, targets: [[TargetName]], options: ExecutionOptions) {
    let mainCount = graph.mainCount
    steps = graph.nodes.map { MachineStep($0) { $0 >= mainCount } }
    leftOut = LeftOut.steps(of: graph, mode: mode, options: options)
    for (step, reason) in leftOut { steps[step].isExcluded = reason.code != LeftOut.byMode }
    self.mainCount = mainCount
    restoredWhen = graph.restoredWhen
    self.mode = mode
    self.options = options
    risk = RiskWatch(options.forecast)
    let waiting = graph.nodes.indices.filter { graph.nodes[$0].step.action.effects.phase == .waiting }
    queue = ReadyQueue(targets: targets, parallelism: options.parallelism, placeless: Set(waiting))
  }

  /// Takes in what happened and gives what to do about it.
  ///
  /// `now` is never before that of the input before. Inputs that no longer matter give nothing to do.
  package mutating func handle(_ input: RunInput, at now: Duration) -> [RunEffect] {
    self.now = now
    bodies = []
    effects = []
    switch input {
    case .begin(let started): begin(started)
    case .resume(let continuation): resume(continuation)
    case .succeeded(let step, let attempt, let outputs):
      attemptEnded(step, attempt) { machine in machine.succeed(step, outputs) }
    case .failed(let step, let attempt, let failure):
      attemptEnded(step, attempt) { machine in machine.attemptFailed(step, failure) }
    case .reconciled(let step, let attempt, let finding):
      attemptEnded(step, attempt) { machine in machine.reconciled(step, finding) }
    case .undone(let step, let outcome):
      attemptEnded(step, steps[step].attempts) { machine in machine.undone(step, outcome) }
    case .settled(let step, let detail):
      attemptEnded(step, steps[step].attempts) { machine in machine.settled(step, detail) }
    case .watchEnded(let step, let outcome): watchEnded(step, outcome)
    case .timer: timerFired()
    case .interrupt(let request): interrupt(request)
    case .recordingFailed: loseRecord()
    }
    settle()
    return collectEffects()
  }

  private mutating func begin(_ started: RunStarted) {
    guard phase == .idle else { return }
    bodies.append(.runStarted(started))
    leaveOut()
    phase = .main
    beginPart(0..<mainCount)
  }

  /// Puts on record the steps that are left out and are not yet on record.
  mutating func leaveOut() {
    for (step, reason) in leftOut.sorted(by: { $0.key < $1.key })
    where steps[step].stage != .over {
      steps[step].stage = .over
      steps[step].state = .skipped
      bodies.append(
        .stepFinished(StepFinished(step: steps[step].id, state: .skipped, attempts: 0, error: reason)))
    }
  }

  /// Begins with the steps of one part that need nothing in it.
  mutating func beginPart(_ part: Range<Int>) {
    for step in part where steps[step].isRepair && steps[step].stage == .pending {
      steps[step].stage = .dormant
    }
    unfinished = part.count { steps[$0].stage != .over && steps[$0].stage != .dormant }
    // Found first: what they release is not to be begun with once more.
    let first = part.filter { steps[$0].unmet == 0 }
    for step in first {
      if steps[step].stage == .over { release(step) } else if steps[step].stage == .pending { enqueue(step) }
    }
  }

  /// A step that only repairs becomes one of those that are not over.
  mutating func wakeRepair(_ step: Int) {
    unfinished += 1
    enqueue(step)
  }

  mutating func enqueue(_ step: Int) {
    steps[step].stage = .queued
    queue.add(step)
  }

  /// Starts what can start, and goes on to the next part of the run when this one is over.
  private mutating func settle() {
    while true {
      switch phase {
      case .main, .finally:
        while let turn = queue.next() {
          switch turn {
          case .start(let step): begin(step)
          case .barred(let step, let holder): bar([step], becauseOf: holder)
          }
        }
        guard unfinished == 0, phase == .finally || !isWatching else { return }
        if phase == .main { mainPartEnded() } else { finish() }
      case .draining:
        guard running == 0 else { return }
        finishWaiting()
      case .stopping:
        guard unfinished == 0 else { return }
        mainPartEnded()
      case .undoing:
        guard undo.current == nil else { return }
        if !undoNext() { beginFinally() }
      case .lost:
        guard now >= lostDeadline || !steps.contains(where: \.isInFlight) else { return }
        finishUnrecorded()
      case .idle, .over: return
      }
    }
  }

  /// What the run changed is undone first, if that is what a failure asks for.
  private mutating func mainPartEnded() {
    closeRepairs()
    if case .failed(let step)? = cause, steps[step].onFailure == .rollback {
      beginUndo("step `\(steps[step].id)` failed")
    } else {
      beginFinally()
    }
  }

  private mutating func beginFinally() {
    phase = .finally
    queue.clear()
    if mainCount < steps.count { bodies.append(.finallyStarted) }
    beginPart(mainCount..<steps.count)
  }

  private mutating func collectEffects() -> [RunEffect] {
    var all: [RunEffect] = bodies.isEmpty ? [] : [.record(bodies)]
    all += effects
    if phase == .idle || phase == .over { return all }
    if let time = deadlines.rearm(isCurrent: { [steps] in
      $0.step == RiskWatch.sentinel || $0.generation == steps[$0.step].generation
    }) {
      all.append(.wake(at: time))
    }
    return all
  }
}
