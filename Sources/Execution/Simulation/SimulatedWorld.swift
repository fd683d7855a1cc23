import BackendKit
import PlanModel
import RunEvents
import StepGraph
import Values

/// Plays driver and backends for the machine of one simulated run.
struct SimulatedWorld {
  private let simulation: Simulation
  private let names: [StepID: Int]
  private var machine: RunMachine
  private var run: SimulatedRun
  private var now = Duration.zero
  private var coming = MinHeap<Coming>()
  private var order = 0
  private var wake = 0
  /// The attempt at work for each step.
  private var working: [Int?]
  /// When the time of each step is up, known from its first attempt of this process on.
  private var deadlines: [Duration?]
  /// What the record says of each step: with what a run goes on.
  private var known: [SimulatedResume.Step]
  private var undoing: String?
  private var starts = 0
  /// Steps in which drplan has died: it does so once.
  private var hasDied: Set<Int> = []
  private var finished: RunFinished?

  /// Something that is going to happen; of one time, the work of steps comes before timers.
  private struct Coming: Comparable {
    enum What {
      case input(RunInput, step: Int, attempt: Int)
      case wake(number: Int)
      case death(step: Int, attempt: Int)
    }

    let time: Duration
    let isTimer: Bool
    let order: Int
    let what: What

    static func < (left: Self, right: Self) -> Bool {
      if left.time != right.time { return left.time < right.time }
      if left.isTimer != right.isTimer { return right.isTimer }
      return left.order < right.order
    }
    static func == (left: Self, right: Self) -> Bool { left.order == right.order }
  }

  init(_ simulation: Simulation) {
    self.simulation = simulation
    let nodes = simulation.graph.nodes
    names = Dictionary(nodes.enumerated().map { ($1.step.id, $0) }) { first, _ in first }
    machine = RunMachine(
      graph: simulation.graph, mode: simulation.mode, targets: simulation.targets,
      options: simulation.options)
    run = SimulatedRun(steps: nodes.count)
    working = Array(repeating: nil, count: nodes.count)
    deadlines = Array(repeating: nil, count: nodes.count)
    known = Array(repeating: SimulatedResume.Step(), count: nodes.count)
  }

  mutating func play() -> SimulatedRun {
    if let started = Simulation.started { give(.begin(started)) }
    while finished == nil, let next = coming.popMin() {
      now = max(now, next.time)
      switch next.what {
      case .wake(let number): if number == wake { give(.timer) }
      case .input(let input, let step, let attempt):
        // What an attempt that was told to stop would have done, it does not do.
        guard working[step] == attempt else { continue }
        working[step] = nil
        give(input)
      case .death(let step, let attempt): if working[step] == attempt { die(in: step) }
      }
    }
    run.end = now
    if let finished {
      run.result = finished.result
      run.reason = finished.reason
    }
    SimulatedOutcome.complete(&run, simulation)
    return run
  }

  private mutating func give(_ input: RunInput) {
    for effect in machine.handle(input, at: now) {
      switch effect {
      case .record(let bodies): for body in bodies { record(body) }
      case .start(let step, let attempt, let limit): start(step, attempt, limit)
      case .cancel(let step, _):
        guard let attempt = working[step] else { continue }
        // Takes the place of whatever the attempt would have done.
        working[step] = -attempt
        let failure = StepFailure(.cancelled, "told to stop", isRetryable: false)
        happen(.input(.failed(step: step, attempt: attempt, failure), step: step, attempt: -attempt), at: now)
      case .reconcile(let step, let attempt, _):
        working[step] = attempt
        let finding = Reconciliation.notDone("simulated")
        happen(
          .input(.reconciled(step: step, attempt: attempt, finding), step: step, attempt: attempt), at: now)
      case .undo(let step, let attempt, _):
        working[step] = attempt
        let undo = SimulatedUndo.of(simulation.graph.nodes[step], took: took(step))
        happen(
          .input(.undone(step: step, undo.outcome), step: step, attempt: attempt), at: now + undo.time)
      case .settle(let step, let attempt, _):
        working[step] = attempt
        happen(.input(.settled(step: step, "simulated"), step: step, attempt: attempt), at: now)
      case .watch(let step, let attempt):
        working[step] = attempt
        happen(.input(.watchEnded(step: step, .passed), step: step, attempt: attempt), at: now)
      case .abandon(let step): working[step] = nil
      case .wake(let time):
        wake += 1
        happen(.wake(number: wake), at: time)
      case .finish(let end): finished = end
      }
    }
  }

  private mutating func happen(_ what: Coming.What, at time: Duration) {
    order += 1
    var isTimer = false
    if case .wake = what { isTimer = true }
    coming.insert(Coming(time: time, isTimer: isTimer, order: order, what: what))
  }

  // MARK: Attempts

  /// How long the step ran, to its end or until now.
  private func took(_ step: Int) -> Duration {
    guard let start = run.starts[step] else { return .zero }
    return (run.ends[step] ?? now) - start
  }

  private mutating func start(_ step: Int, _ attempt: Int, _ limit: Duration) {
    working[step] = attempt
    func succeed(after time: Duration) {
      happen(
        .input(.succeeded(step: step, attempt: attempt, outputs: [:]), step: step, attempt: attempt),
        at: now + time)
    }
    let deadline = deadlines[step] ?? now + simulation.graph.nodes[step].step.timeout
    deadlines[step] = deadline
    switch simulation.behaviours[step] {
    case .takes(let time): succeed(after: time)
    case .takesAllItMay:
      let retry = simulation.graph.nodes[step].step.retry
      let next = now + limit + retry.delay(after: attempt)
      let hasAnother = attempt < retry.maxAttempts && next < deadline
      if !hasAnother { succeed(after: limit) }
    case .fails(let time):
      let failure = StepFailure(.system, "simulated", isRetryable: true)
      happen(
        .input(.failed(step: step, attempt: attempt, failure), step: step, attempt: attempt), at: now + time)
    case .hangs: break
    case .dies(let time, let duration):
      if hasDied.contains(step) { return succeed(after: duration) }
      happen(.death(step: step, attempt: attempt), at: now + time)
    }
  }

  /// The process ends, and with it all that it had under way; a person goes on with the run after a while.
  private mutating func die(in step: Int) {
    hasDied.insert(step)
    run.events.append(SimulatedEvent(at: now, what: .died))
    now += simulation.resumeAfter
    run.events.append(SimulatedEvent(at: now, what: .resumed))
    for step in run.states.indices where run.states[step] == .running {
      known[step].isInFlight = true
      run.states[step] = .pending
      run.ends[step] = nil
    }
    coming = MinHeap()
    working = Array(repeating: nil, count: working.count)
    deadlines = Array(repeating: nil, count: deadlines.count)
    let resumption = SimulatedResume.resume(simulation, after: known, undoing: undoing)
    machine = resumption.machine
    give(resumption.first)
  }

  // MARK: The record

  private mutating func record(_ body: RunEvent.Body) {
    switch body {
    case .finallyStarted:
      let isKnown = run.events.contains {
        if case .recorded(.finallyStarted) = $0.what { true } else { false }
      }
      if isKnown { return }
    case .undoStarted(let event): undoing = event.reason
    case .stepUndone(let event):
      guard let step = names[event.step] else { return }
      known[step].undone = event.state
      if event.state == .undone || event.state == .nothingToUndo { run.undone.insert(step) }
    case .stepStarted(let event):
      guard let step = names[event.step] else { return }
      starts += 1
      known[step].attempts = event.attempt
      known[step].startOrder = starts
      known[step].isInFlight = false
      run.starts[step] = run.starts[step] ?? now
      run.states[step] = .running
    case .stepFinished(let event):
      guard let step = names[event.step] else { return }
      known[step].state = event.state
      run.states[step] = event.state
      run.ends[step] = now
    default: break
    }
    run.events.append(SimulatedEvent(at: now, what: .recorded(body)))
  }
}
