import BackendKit
import PlanModel
import RunEvents
import StepGraph
import Values

/// Drives one run: takes what happened out of the mailbox, lets the machine decide, records, performs.
///
/// Whatever happened while the last record was written goes on record together, with one sync.
struct RunDriver {
  private let executor: Executor
  private let mailbox = Mailbox()
  private let outputs = StepOutputs()
  private var machine: RunMachine
  private var restored: [DatabaseID: RestoredDatabase] = [:]
  /// What each step put on record, before a crash and since.
  private var evidence: [[StepEvidence]]
  /// How many of them are from before the step last began anew.
  private var outdated: [Int]
  private let first: RunInput
  /// The attempt of each step that may put evidence on record.
  private var heard: [Int?]
  private var attempts: [Task<Void, Never>?]
  private var timer: Task<Void, Never>?
  private var isEnding = false
  private var finished: RunFinished?
  private var lost: RecordingError?

  /// What several messages ask for together.
  private struct Batch {
    var bodies: [RunEvent.Body] = []
    var requests: [EvidenceRequest] = []
    var effects: [RunEffect] = []
  }

  /// A driver for a run that `first`, `begin` or `resume`, begins.
  init(_ executor: Executor, _ first: RunInput) {
    self.executor = executor
    self.first = first
    evidence = Array(repeating: [], count: executor.graph.nodes.count)
    outdated = Array(repeating: 0, count: executor.graph.nodes.count)
    machine = RunMachine(
      graph: executor.graph, mode: executor.facts.mode,
      targets: StepTargets.of(executor.graph, in: executor.environment), options: executor.options)
    heard = Array(repeating: nil, count: executor.graph.nodes.count)
    attempts = Array(repeating: nil, count: executor.graph.nodes.count)
    if case .resume(let continuation) = first { carry(continuation.steps) }
  }

  private mutating func carry(_ steps: [CarriedStep]) {
    for (step, carried) in steps.enumerated() {
      evidence[step] = carried.evidence
      outdated[step] = carried.outdated
      // A step in flight may turn out to be done, and then does not say a second time what it restored.
      if carried.state == .succeeded || carried.isInFlight {
        for case .restored(let database) in carried.evidence { restored[database.database] = database }
      }
      guard carried.state == .succeeded else { continue }
      outputs.set(carried.outputs, of: carried.outline.id)
    }
  }

  mutating func run(interrupts: AsyncStream<InterruptRequested>) async throws(RecordingError) -> RunFinished {
    mailbox.post(.input(first))
    // Awaited below: it ends when it is cancelled.
    let listener = Task { [mailbox] in
      for await request in interrupts { mailbox.post(.input(.interrupt(request))) }
    }
    while true {
      let batch = decide(await mailbox.take())
      await carryOut(batch)
      guard let finished else { continue }
      listener.cancel()
      timer?.cancel()
      for case .evidence(let request) in mailbox.close() { request.refuse(.tooLate) }
      await listener.value
      await timer?.value
      if let lost { throw lost }
      return finished
    }
  }

  private mutating func decide(_ messages: [Mailbox.Message]) -> Batch {
    var batch = Batch()
    for message in messages {
      switch message {
      case .evidence(let request):
        if let failure = refusal(of: request) {
          request.refuse(failure)
        } else {
          batch.bodies.append(body(of: request.evidence, request.step, request.attempt))
          batch.requests.append(request)
        }
      case .ended(let input, let step, let attempt, let evidence):
        if !isEnding, lost == nil, heard[step] == attempt {
          for one in evidence { batch.bodies.append(body(of: one, step, attempt)) }
          self.evidence[step] += evidence
        }
        decide(input, &batch)
      case .input(let input): decide(input, &batch)
      }
    }
    return batch
  }

  private mutating func decide(_ input: RunInput, _ batch: inout Batch) {
    note(input)
    for effect in machine.handle(input, at: executor.clock.now()) {
      switch effect {
      case .record(let bodies):
        batch.bodies += bodies
        for case .repairStarted(let repair) in bodies { beginAnew(repair.repairs) }
      case .abandon(let step):
        heard[step] = nil
        batch.effects.append(effect)
      case .finish:
        isEnding = true
        batch.effects.append(effect)
      case .start, .reconcile, .undo, .settle, .watch, .cancel, .wake: batch.effects.append(effect)
      }
    }
  }

  /// What these steps put on record before counts as done no more; of one that a crash left under way it tells how far
  /// it came.
  private mutating func beginAnew(_ steps: [StepID]) {
    for (index, node) in executor.graph.nodes.enumerated()
    where steps.contains(node.step.id) && !machine.steps[index].isInFlightBefore {
      outdated[index] = evidence[index].count
    }
  }

  /// An attempt that ended can say nothing more.
  private mutating func note(_ input: RunInput) {
    switch input {
    case .succeeded(let step, let attempt, let values):
      outputs.set(values, of: executor.graph.nodes[step].step.id)
      if heard[step] == attempt { heard[step] = nil }
      attempts[step] = nil
    case .reconciled(let step, let attempt, let finding):
      if case .done(let result, _) = finding {
        outputs.set(result.outputs, of: executor.graph.nodes[step].step.id)
      }
      quiet(step, attempt)
    case .failed(let step, let attempt, _): quiet(step, attempt)
    case .undone(let step, _), .settled(let step, _): quiet(step, heard[step] ?? 0)
    case .watchEnded(let step, _): quiet(step, heard[step] ?? 0)
    case .begin, .resume, .timer, .interrupt, .recordingFailed: return
    }
  }

  private mutating func quiet(_ step: Int, _ attempt: Int) {
    if heard[step] == attempt { heard[step] = nil }
    attempts[step] = nil
  }

  private func refusal(of request: EvidenceRequest) -> StepFailure? {
    if let lost { return .unrecorded(lost) }
    return isEnding || heard[request.step] != request.attempt ? .tooLate : nil
  }

  private func body(of evidence: StepEvidence, _ step: Int, _ attempt: Int) -> RunEvent.Body {
    .stepEvidence(
      StepEvidenceEvent(step: executor.graph.nodes[step].step.id, attempt: attempt, evidence: evidence))
  }

  private mutating func carryOut(_ batch: Batch) async {
    if !batch.bodies.isEmpty {
      do throws(RecordingError) {
        _ = try await executor.recorder.record(batch.bodies)
      } catch {
        return giveUp(batch, error)
      }
      for request in batch.requests {
        if case .restored(let database) = request.evidence { restored[database.database] = database }
        evidence[request.step].append(request.evidence)
        request.accept()
      }
    }
    for effect in batch.effects { perform(effect) }
  }

  /// Starts nothing that is not on record; stops what runs.
  private mutating func giveUp(_ batch: Batch, _ error: RecordingError) {
    lost = error
    for request in batch.requests { request.refuse(.unrecorded(error)) }
    let now = executor.clock.now()
    var effects = machine.handle(.recordingFailed, at: now)
    for effect in batch.effects {
      switch effect {
      case .cancel, .abandon: perform(effect)
      case .start(let step, let attempt, _), .reconcile(let step, let attempt, _),
        .undo(let step, let attempt, _), .settle(let step, let attempt, _):
        effects += machine.handle(.failed(step: step, attempt: attempt, .unrecorded(error)), at: now)
      case .record, .watch, .wake, .finish: continue
      }
    }
    for effect in effects { perform(effect) }
  }

  private mutating func perform(_ effect: RunEffect) {
    switch effect {
    case .start(let step, let attempt, let limit):
      work(step, attempt, limit) { [targetGuard = executor.targetGuard] action, context throws(StepFailure) in
        let result = try await targetGuard.run(action, context)
        return (.succeeded(step: step, attempt: attempt, outputs: result.outputs), result.evidence)
      }
    case .reconcile(let step, let attempt, let limit):
      work(step, attempt, limit) { [targetGuard = executor.targetGuard] action, context throws(StepFailure) in
        // It may have to finish or take back what was half done.
        try await targetGuard.verify(action, context, placeOnly: true)
        return (.reconciled(step: step, attempt: attempt, try await action.reconcile(context)), [])
      }
    case .undo(let step, let attempt, let limit):
      work(step, attempt, limit) { [targetGuard = executor.targetGuard] action, context throws(StepFailure) in
        try await targetGuard.verify(action, context, placeOnly: true)
        defer { targetGuard.forgetData(of: action) }
        return (.undone(step: step, try await action.undo(context)), [])
      }
    case .settle(let step, let attempt, let limit):
      work(step, attempt, limit) { action, context throws(StepFailure) in
        (.settled(step: step, try await action.settle(context)), [])
      }
    case .watch(let step, let attempt):
      work(step, attempt, .zero) { action, context throws(StepFailure) in
        (.watchEnded(step: step, await action.watch(context)), [])
      }
    case .cancel(let step, _), .abandon(let step): attempts[step]?.cancel()
    case .wake(let instant): setTimer(instant)
    case .finish(let end): finished = end
    case .record: return
    }
  }

  private mutating func work(
    _ step: Int, _ attempt: Int, _ limit: Duration,
    _ work:
      @escaping @Sendable (any StepAction, StepContext) async throws(StepFailure) -> (
        RunInput, [StepEvidence]
      )
  ) {
    let action = executor.graph.nodes[step].step.action
    let context = context(step, attempt, limit)
    heard[step] = attempt
    // Not a child task: the run must be able to end without an attempt that does not stop. It reports its end itself.
    attempts[step] = Task { [mailbox] in
      do throws(StepFailure) {
        let (end, evidence) = try await work(action, context)
        mailbox.post(.ended(end, step: step, attempt: attempt, evidence))
      } catch {
        mailbox.post(.input(.failed(step: step, attempt: attempt, error)))
      }
    }
  }

  private func context(_ step: Int, _ attempt: Int, _ limit: Duration) -> StepContext {
    let id = executor.graph.nodes[step].step.id
    return StepContext(
      run: executor.facts, step: id, attempt: attempt, timeLimit: limit, environment: executor.environment,
      restored: restored, earlier: evidence[step],
      current: Array(evidence[step].dropFirst(outdated[step])),
      fill: { [outputs, references = executor.references] in outputs[$0] ?? references($0) },
      record: { [mailbox] evidence throws(StepFailure) in
        try await EvidenceRequest.make(evidence, step: step, attempt: attempt, to: mailbox)
      },
      progress: { [progress = executor.progress] in progress(id, $0) },
      report: executor.report)
  }

  private mutating func setTimer(_ instant: Duration) {
    timer?.cancel()
    // The last one is awaited at the end of the run; those before it end at once, having been cancelled.
    timer = Task { [mailbox, clock = executor.clock] in
      do throws(CancellationError) {
        try await clock.sleep(until: instant)
        mailbox.post(.input(.timer))
      } catch {
        return
      }
    }
  }
}
