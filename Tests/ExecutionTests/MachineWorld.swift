// Over 300 lines: one model of driver and backends, whose parts share their whole state.
import BackendKit
import PlanModel
import RunEvents
import StepGraph
import Values

@testable import Execution

/// Plays driver and backends for a `RunMachine` on a virtual clock, and holds every effect against the rules of a run.
struct MachineWorld {
  /// What an attempt does.
  enum Attempt {
    case succeed(after: Int)
    case fail(after: Int, retryable: Bool)
    /// Its check `c` does not pass.
    case failCheck(after: Int)
    /// Runs until it is told to stop, and that many milliseconds more; nil: forever.
    case hang(stopsAfter: Int?)
  }

  /// What undoing a step does.
  enum Undo {
    case undone, unwound, nothing, impossible, fails
  }

  /// Something that happens from outside, before the input of that number, from 0, is given.
  enum Disturbance {
    case interrupt(before: Int, stage: Int)
    case recordingFails(before: Int)
  }

  let graph: StepGraph
  let mode: RunMode
  let targets: [[TargetName]]
  let options: ExecutionOptions
  /// What the attempts of each step do; the last repeats.
  let attempts: [[Attempt]]
  /// What undoing each step does; `undone` where nothing is said.
  var undos: [Int: Undo] = [:]
  /// What each watch of a step finds, the last repeats; `passed` where nothing is said.
  var watches: [Int: [WatchOutcome]] = [:]
  /// What a look at the killed attempt of each step finds; `notDone` where nothing is said.
  var killed: [Int: Reconciliation] = [:]
  /// With what a resumed run goes on; nil: it begins.
  var continuation: RunContinuation?
  var started = MachineWorld.start
  private let names: [StepID: Int]

  init(
    _ graph: StepGraph, mode: RunMode = .recovery, targets: [[TargetName]]? = nil,
    options: ExecutionOptions = ExecutionOptions(cancelGrace: .milliseconds(500)),
    attempts: [[Attempt]]
  ) {
    self.graph = graph
    self.mode = mode
    self.targets = targets ?? graph.nodes.map { _ in [] }
    self.options = options
    self.attempts = attempts
    names = Dictionary(uniqueKeysWithValues: graph.nodes.enumerated().map { ($1.step.id, $0) })
  }

  /// What came of a run.
  struct Outcome {
    var bodies: [RunEvent.Body] = []
    var states: [StepState?]
    var finished: RunFinished?
    /// How many inputs the run took.
    var inputs = 0
    var end = Duration.zero
    /// When each attempt of each step began.
    var starts: [[Duration]]
    /// When each step ended on record.
    var ends: [Duration?]
    /// The rules that were broken.
    var violations: [String] = []
    /// The steps that were undone, in order.
    var undone: [Int] = []
  }

  /// Runs to the end.
  func run(_ disturbances: [Disturbance] = []) -> Outcome {
    var play = Play(world: self)
    return play.run(disturbances)
  }

  private struct Pending: Comparable {
    let time: Duration
    let order: Int
    let input: Happening

    static func < (left: Self, right: Self) -> Bool { (left.time, left.order) < (right.time, right.order) }
    static func == (left: Self, right: Self) -> Bool { left.order == right.order }
  }

  private enum Happening: Sendable {
    case input(RunInput)
    case wake(number: Int)
  }

  private struct Play {
    let world: MachineWorld
    var machine: RunMachine
    var outcome: Outcome
    var now = Duration.zero
    var pending = MinHeap<Pending>()
    var order = 0
    var wakeNumber = 0
    /// The attempt that is at work for each step, on record or not.
    var working: [Int?]
    /// Whether that attempt was told to stop.
    var told: [Bool]
    var startedOnRecord: [Int]
    var isStarted: [Bool]
    var abandoned: Set<Int> = []
    var finallyStarted = false
    var mainIsEnding = false
    var isDraining = false
    var stoppedAtOnce = false
    var recordLost = false
    var isUndoing = false
    var watchCounts: [Int: Int] = [:]
    /// Steps that wait for what repairs what their checks found.
    var repairing: Set<Int> = []

    init(world: MachineWorld) {
      self.world = world
      let count = world.graph.nodes.count
      machine = RunMachine(
        graph: world.graph, mode: world.mode, targets: world.targets, options: world.options)
      outcome = Outcome(
        states: Array(repeating: nil, count: count), starts: Array(repeating: [], count: count),
        ends: Array(repeating: nil, count: count))
      working = Array(repeating: nil, count: count)
      told = Array(repeating: false, count: count)
      startedOnRecord = Array(repeating: 0, count: count)
      isStarted = Array(repeating: false, count: count)
      for (step, carried) in (world.continuation?.steps ?? []).enumerated() {
        startedOnRecord[step] = carried.attempts
        let isForward = world.continuation?.undoing == nil && world.continuation?.resumed.purpose == .resume
        if carried.state == .succeeded || carried.state == .skipped || !isForward {
          outcome.states[step] = carried.state
        }
      }
    }

    mutating func run(_ disturbances: [Disturbance]) -> Outcome {
      var disturbances = disturbances[...]
      if let continuation = world.continuation {
        give(.resume(continuation))
      } else {
        give(.begin(world.started))
      }
      while outcome.finished == nil {
        if let next = disturbances.first {
          switch next {
          case .interrupt(let number, let stage) where number <= outcome.inputs:
            disturbances.removeFirst()
            if stage > 1 { stoppedAtOnce = true }
            give(.interrupt(InterruptRequested(signal: "SIGINT", stage: stage)))
            continue
          case .recordingFails(let number) where number <= outcome.inputs:
            disturbances.removeFirst()
            recordLost = true
            give(.recordingFailed)
            continue
          default: break
          }
        }
        guard let next = pending.popMin() else {
          violation("nothing is left to happen, but the run has not finished")
          break
        }
        now = max(now, next.time)
        switch next.input {
        case .wake(let number):
          if number == wakeNumber { give(.timer) }
        case .input(let input):
          if case .succeeded(let step, _, _) = input { working[step] = nil }
          if case .failed(let step, _, _) = input { working[step] = nil }
          if case .reconciled(let step, _, _) = input { working[step] = nil }
          if case .undone(let step, _) = input { working[step] = nil }
          if case .settled(let step, _) = input { working[step] = nil }
          give(input)
        }
        if outcome.inputs > 100_000 {
          violation("the run does not come to an end")
          break
        }
      }
      outcome.end = now
      checkEnd()
      return outcome
    }

    mutating func give(_ input: RunInput) {
      outcome.inputs += 1
      let effects = machine.handle(input, at: now)
      for (index, effect) in effects.enumerated() {
        switch effect {
        case .record(let bodies):
          if index > 0 { violation("a record that is not the first effect") }
          if recordLost { violation("something goes on record that is lost") }
          for body in bodies { record(body) }
        case .start(let step, let attempt, let limit): start(step, attempt, limit)
        case .reconcile(let step, let attempt, _): reconcile(step, attempt)
        case .undo(let step, let attempt, _): undo(step, attempt)
        case .settle(let step, _, _):
          working[step] = startedOnRecord[step]
          happen(.input(.settled(step: step, "settled")), at: now + .milliseconds(1))
        case .watch(let step, _): watch(step)
        case .cancel(let step, _): cancel(step)
        case .abandon(let step):
          if working[step] == nil { violation("\(step) is abandoned but nothing of it is at work") }
          abandoned.insert(step)
        case .wake(let time):
          if time < now { violation("a timer is set in the past") }
          wakeNumber += 1
          happen(.wake(number: wakeNumber), at: time)
        case .finish(let finished):
          if index < effects.count - 1 { violation("an effect after the finish") }
          outcome.finished = finished
        }
      }
      if outcome.finished == nil { checkNothingIdles() }
    }

    mutating func happen(_ happening: Happening, at time: Duration) {
      order += 1
      pending.insert(Pending(time: time, order: order, input: happening))
    }

    // MARK: The record

    mutating func record(_ body: RunEvent.Body) {
      if outcome.bodies.isEmpty, case .runStarted = body {
      } else if outcome.bodies.isEmpty, case .runResumed = body {
      } else if outcome.bodies.isEmpty {
        violation("the first event is not the run's start")
      }
      if case .runFinished? = outcome.bodies.last { violation("an event after the run's end") }
      outcome.bodies.append(body)
      switch body {
      case .stepStarted(let event):
        guard let step = world.names[event.step] else { return violation("an unknown step") }
        if event.attempt != startedOnRecord[step] + 1 { violation("\(step): attempts are not in order") }
        if outcome.states[step] != nil { violation("\(step) starts after its end") }
        startedOnRecord[step] = event.attempt
        isStarted[step] = true
        repairing.remove(step)
      case .stepFinished(let event): finish(event)
      case .finallyStarted:
        if finallyStarted { violation("`finally` starts twice") }
        finallyStarted = true
        for step in 0..<world.graph.mainCount where outcome.states[step] == nil {
          violation("`finally` starts before \(step) is over")
        }
      case .interruptRequested: mainIsEnding = true
      case .repairStarted(let event):
        guard let step = world.names[event.step] else { return violation("an unknown step") }
        isStarted[step] = false
        repairing.insert(step)
        for repair in event.repairs { if let node = world.names[repair] { outcome.states[node] = nil } }
      case .undoStarted:
        isUndoing = true
        mainIsEnding = true
        for step in outcome.states.indices where isStarted[step] {
          violation("undo begins while \(step) runs")
        }
      case .stepUndone(let event):
        guard let step = world.names[event.step] else { return violation("an unknown step") }
        if !isUndoing || finallyStarted { violation("\(step) is undone out of turn") }
        outcome.undone.append(step)
      case .stepReconciled(let event):
        guard let step = world.names[event.step] else { return violation("an unknown step") }
        if event.finding == .unknown { isDraining = true }
        // The end that follows is that of an attempt which the process before had begun; or a new one begins.
        if event.finding != .unknown { isStarted[step] = true }
      case .stepRetrying(let event):
        guard let step = world.names[event.step] else { return violation("an unknown step") }
        if event.attempt >= world.graph.nodes[step].step.retry.maxAttempts {
          violation("\(step) is tried more often than it may")
        }
      default: break
      }
    }

    mutating func finish(_ event: StepFinished) {
      guard let step = world.names[event.step] else { return violation("an unknown step") }
      if outcome.states[step] != nil { violation("\(step) ends twice") }
      if !event.state.isFinal { violation("\(step) ends as \(event.state)") }
      if event.attempts != startedOnRecord[step] { violation("\(step): wrong number of attempts") }
      if (event.error == nil) != (event.state == .succeeded) {
        violation("\(step): \(event.state), error or not")
      }
      var isDecided = false
      if case .stepDecided? = outcome.bodies.dropLast().last { isDecided = true }
      if isUndoing || isDecided || repairing.remove(step) != nil || event.error?.code == "Unresolved" {
        outcome.states[step] = event.state
        isStarted[step] = false
        return
      }
      let wasTried = [.succeeded, .failed, .cancelled].contains(event.state)
      if wasTried != isStarted[step] { violation("\(step) is \(event.state), started: \(isStarted[step])") }
      outcome.states[step] = event.state
      outcome.ends[step] = now
      isStarted[step] = false
      let node = world.graph.nodes[step]
      if event.state == .failed, !node.isFinally {
        if node.step.onFailure == .abort || node.step.onFailure == .rollback { mainIsEnding = true }
        if node.step.onFailure == .pause { isDraining = true }
      }
    }

    // MARK: Attempts

    mutating func start(_ step: Int, _ attempt: Int, _ limit: Duration) {
      let node = world.graph.nodes[step]
      if startedOnRecord[step] != attempt { violation("\(step) starts, but not on record") }
      if working[step] != nil { violation("\(step) starts while an attempt of it is at work") }
      if recordLost || stoppedAtOnce { violation("\(step) starts after the run has stopped") }
      if !node.isFinally, mainIsEnding { violation("\(step) starts while the run ends") }
      if !node.isFinally, isDraining, attempt == 1 { violation("\(step) starts while the run pauses") }
      if node.isFinally != finallyStarted { violation("\(step) starts in the wrong part of the run") }
      if limit <= .zero { violation("\(step) starts without time") }
      for need in node.predecessors { checkMet(need, for: step, isFinally: node.isFinally) }
      for other in world.graph.nodes.indices
      where other != step && (isStarted[other] || working[other] != nil) {
        if !Set(world.targets[step]).isDisjoint(with: world.targets[other]) {
          violation("\(step) and \(other) change one target at once")
        }
      }
      if placesTaken > max(1, world.options.parallelism) {
        violation("more steps run than may")
      }
      working[step] = attempt
      told[step] = false
      outcome.starts[step].append(now)
      let plans = world.attempts[step]
      switch plans[min(attempt, plans.count) - 1] {
      case .succeed(let time):
        happen(.input(.succeeded(step: step, attempt: attempt, outputs: [:])), at: now + .milliseconds(time))
      case .fail(let time, let retryable):
        let failure = StepFailure(.system, "scripted", isRetryable: retryable)
        happen(.input(.failed(step: step, attempt: attempt, failure)), at: now + .milliseconds(time))
      case .failCheck(let time):
        var failure = StepFailure(.system, "scripted", isRetryable: true)
        failure.failedChecks = ["c"]
        happen(.input(.failed(step: step, attempt: attempt, failure)), at: now + .milliseconds(time))
      case .hang: break
      }
    }

    mutating func reconcile(_ step: Int, _ attempt: Int) {
      if startedOnRecord[step] != attempt { violation("\(step) is looked at by another number") }
      for need in world.graph.nodes[step].predecessors {
        checkMet(need, for: step, isFinally: world.graph.nodes[step].isFinally)
      }
      working[step] = attempt
      told[step] = false
      let finding = world.killed[step] ?? .notDone("scripted")
      happen(
        .input(.reconciled(step: step, attempt: attempt, finding)), at: now + .milliseconds(1))
    }

    mutating func watch(_ step: Int) {
      if outcome.states[step] != .succeeded { violation("\(step) is watched and has not succeeded") }
      let count = watchCounts[step, default: 0]
      watchCounts[step] = count + 1
      let found = world.watches[step] ?? [.passed]
      happen(.input(.watchEnded(step: step, found[min(count, found.count - 1)])), at: now + .milliseconds(20))
    }

    mutating func undo(_ step: Int, _ attempt: Int) {
      if working.contains(where: { $0 != nil }), abandoned.isEmpty {
        violation("\(step) is undone while something is at work")
      }
      if startedOnRecord[step] == 0 { violation("\(step) is undone and never began") }
      working[step] = attempt
      told[step] = false
      let input: RunInput =
        switch world.undos[step] ?? .undone {
        case .undone: .undone(step: step, .undone("back"))
        case .unwound: .undone(step: step, .unwound("half back"))
        case .nothing: .undone(step: step, .nothingToUndo)
        case .impossible: .undone(step: step, .impossible("no way back"))
        case .fails:
          .failed(step: step, attempt: attempt, StepFailure(.system, "scripted", isRetryable: false))
        }
      happen(.input(input), at: now + .milliseconds(1))
    }

    mutating func cancel(_ step: Int) {
      // The watch of a step that is over is cancelled with the run.
      if watchCounts[step] != nil, working[step] == nil { return }
      guard let attempt = working[step] else { return violation("\(step) is cancelled but not at work") }
      if told[step] { violation("\(step) is told to stop twice") }
      told[step] = true
      let plans = world.attempts[step]
      guard case .hang(let delay?) = plans[min(attempt, plans.count) - 1] else { return }
      let failure = StepFailure(.cancelled, "stopped", isRetryable: false)
      happen(.input(.failed(step: step, attempt: attempt, failure)), at: now + .milliseconds(delay))
    }

    /// What a step that was left out waits for, those that need it wait for too.
    mutating func checkMet(_ need: Int, for step: Int, isFinally: Bool) {
      switch outcome.states[need] {
      case .succeeded?: return
      case .skipped?:
        for further in world.graph.nodes[need].predecessors {
          checkMet(further, for: step, isFinally: isFinally)
        }
      case .some where isFinally: return
      default: violation("\(step) starts before what it needs, \(need)")
      }
    }

    /// A step that could start has started.
    mutating func checkNothingIdles() {
      guard !mainIsEnding, !isDraining, !recordLost, !finallyStarted, !outcome.bodies.isEmpty else { return }
      let isFull = placesTaken >= max(1, world.options.parallelism)
      let busy = Set(
        world.graph.nodes.indices.filter { isStarted[$0] || working[$0] != nil }.flatMap { world.targets[$0] }
      )
      for step in 0..<world.graph.mainCount
      where outcome.states[step] == nil && !isStarted[step] && working[step] == nil
        && !repairing.contains(step) && !world.graph.nodes[step].isRepair
        && busy.isDisjoint(with: world.targets[step])
        && !(isFull && takesPlace(step))
      {
        if world.graph.nodes[step].predecessors.allSatisfy(isMet) { violation("\(step) idles") }
      }
    }

    /// How many of the steps that run are not only waiting for people.
    var placesTaken: Int { isStarted.indices.count { isStarted[$0] && takesPlace($0) } }

    func takesPlace(_ step: Int) -> Bool { world.graph.nodes[step].step.action.effects.phase != .waiting }

    func isMet(_ need: Int) -> Bool {
      switch outcome.states[need] {
      case .succeeded?: true
      case .skipped?: world.graph.nodes[need].predecessors.allSatisfy(isMet)
      default: false
      }
    }

    // MARK: The end

    mutating func checkEnd() {
      guard let finished = outcome.finished else { return }
      if recordLost { return }
      guard case .runFinished(finished)? = outcome.bodies.last else {
        return violation("the end of the run is not on record")
      }
      if stoppedAtOnce {
        if finished.result != .interrupted { violation("stopped at once, but \(finished.result)") }
        return
      }
      if finished.result == .waiting {
        if finallyStarted { violation("a waiting run has run `finally`") }
        if isStarted.contains(true) { violation("a waiting run still runs") }
        return
      }
      for step in outcome.states.indices where outcome.states[step] == nil { violation("\(step) never ends") }
      if finallyStarted != (world.graph.mainCount < world.graph.nodes.count) {
        violation("`finally` started: \(finallyStarted)")
      }
      checkResult(finished.result)
    }

    mutating func checkResult(_ result: RunResult) {
      let isRecovered = result == .recovered || result == .recoveredWithExceptions
      if isRecovered, let proof = world.graph.restoredWhen, outcome.states[proof] != .succeeded {
        violation("\(result), but nothing proves it")
      }
      let isClean = outcome.states.indices.allSatisfy { step in
        outcome.states[step] == .succeeded
          || outcome.states[step] == .skipped && world.graph.nodes[step].isRepair
          || outcome.states[step] == .skipped && !world.graph.nodes[step].step.modes.contains(world.mode)
      }
      if result == .recovered, !isClean { violation("recovered, but not every step succeeded") }
      let isTold = outcome.bodies.contains { if case .stepDecided = $0 { true } else { false } }
      if isRecovered, isClean, result != .recovered, !isTold { violation("an exception without a reason") }
      if isUndoing { return checkUndone(result) }
      let isAssumed = outcome.bodies.contains {
        if case .stepDecided(let told) = $0 { told.decision == .assumeDone } else { false }
      }
      if isAssumed { return }
      if (result == .recovered) == (outcome.finished?.reason != nil) { violation("a reason, or none") }
    }

    mutating func checkUndone(_ result: RunResult) {
      let isBack = Set(outcome.undone).allSatisfy { step in
        switch world.undos[step] ?? .undone {
        case .undone, .unwound, .nothing, .impossible: true
        case .fails: false
        }
      }
      if result != (isBack ? .rolledBack : .failed) { violation("undone: \(isBack), but \(result)") }
    }

    mutating func violation(_ text: String) { outcome.violations.append("at \(now): \(text)") }

  }
}
