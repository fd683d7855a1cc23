import BackendKit
import PlanModel
import RunEvents
import Values

/// How a run goes on where its record ends.
extension RunMachine {
  mutating func resume(_ continuation: RunContinuation) {
    guard phase == .idle else { return }
    bodies.append(.runResumed(continuation.resumed))
    let goesForward = continuation.resumed.purpose == .resume && continuation.undoing == nil
    for (step, carried) in continuation.steps.enumerated() {
      carry(carried, into: step, goesForward: goesForward)
    }
    risk.isReported = continuation.wasAtRisk
    for decision in continuation.decisions { decide(decision) }
    leaveOut()
    if let reason = continuation.undoing {
      phase = .undoing
      beginUndo(reason)
      return
    }
    phase = .main
    beginPart(0..<mainCount)
    for (step, carried) in continuation.steps.enumerated()
    where carried.isWatched && steps[step].stage == .over {
      startWatch(step)
    }
    if continuation.resumed.purpose == .abort { endMainPart(.ended(by: continuation.resumed.user)) }
  }

  private mutating func carry(_ carried: CarriedStep, into step: Int, goesForward: Bool) {
    steps[step].attempts = carried.attempts
    steps[step].earlierAttempts = carried.attempts
    steps[step].startOrder = carried.startOrder
    steps[step].undone = carried.undone
    starts = max(starts, carried.startOrder ?? 0)
    steps[step].isInFlightBefore = carried.isInFlight
    steps[step].repairRounds = carried.repairs
    steps[step].isAssumed = carried.isAssumed
    switch carried.state {
    case .succeeded?: steps[step].stage = .over
    case .skipped?:
      steps[step].stage = .over
      steps[step].isExcluded = carried.error?.code == "SkippedByOperator"
    case .failed?, .cancelled?, .notReached?:
      guard !goesForward else { return }
      steps[step].stage = .over
    case .pending?, .running?, .waiting?, nil: return
    }
    steps[step].state = carried.state ?? .pending
  }

  /// A person's word counts for more than the record.
  private mutating func decide(_ decision: StepDecided) {
    guard let step = steps.firstIndex(where: { $0.id == decision.step }), steps[step].stage != .over else {
      return
    }
    bodies.append(.stepDecided(decision))
    let attempts = steps[step].attempts
    switch decision.decision {
    case .retry: steps[step].isInFlightBefore = false
    case .skip:
      let reason = StepError(
        code: "SkippedByOperator",
        message: "left out by \(decision.user)" + (decision.reason.isEmpty ? "" : ": \(decision.reason)"))
      closeBeforeStart(step, .skipped)
      steps[step].isExcluded = true
      bodies.append(
        .stepFinished(
          StepFinished(step: decision.step, state: .skipped, attempts: attempts, error: reason)))
    case .assumeDone:
      closeBeforeStart(step, .succeeded)
      steps[step].isAssumed = true
      bodies.append(
        .stepFinished(StepFinished(step: decision.step, state: .succeeded, attempts: attempts)))
    }
  }

  private mutating func closeBeforeStart(_ step: Int, _ state: StepState) {
    steps[step].stage = .over
    steps[step].state = state
    steps[step].isInFlightBefore = false
  }

  /// Asks what became of the attempt of a process before.
  mutating func reconcile(_ step: Int) {
    steps[step].work = .reconcile
    steps[step].stage = .attempting
    wake(at: steps[step].deadline, for: step)
    effects.append(
      .reconcile(step: step, attempt: steps[step].attempts, limit: steps[step].deadline - now))
  }

  mutating func reconciled(_ step: Int, _ finding: Reconciliation) {
    steps[step].isInFlightBefore = false
    switch finding {
    case .done(let result, let detail):
      record(step, .done, detail)
      succeed(step, result.outputs)
    case .notDone(let detail):
      record(step, .notDone, detail)
      switch steps[step].stage {
      case .stopping(.runEnds): end(step, .cancelled, error: cancelled(nil))
      case .stopping:
        let failure = StepFailure(.cancelled, "looking at what became of it", isRetryable: false)
        fail(step, tookTooLong(step, failure))
      default: startAttempt(step)
      }
    case .unknown(let question):
      record(step, .unknown, question)
      // Where the run ends anyway, or for a step of `finally`, nobody is going to be asked.
      guard phase == .main || phase == .draining, steps[step].stage != .stopping(.runEnds) else {
        return fail(step, cannotTell(step))
      }
      leave(step, .unresolved)
      steps[step].isInFlightBefore = true
      phase = .draining
      pausedBy = step
    }
  }

  private mutating func record(_ step: Int, _ finding: StepReconciled.Finding, _ detail: String) {
    bodies.append(
      .stepReconciled(
        StepReconciled(
          step: steps[step].id, attempt: steps[step].attempts, finding: finding, detail: detail)))
  }

  func cannotTell(_ step: Int) -> StepError {
    StepError(
      code: StepError.unresolved, message: "nobody can tell whether attempt \(steps[step].attempts) was done",
      remedy: "look at what it changes before anything else does")
  }
}

extension StepError {
  /// The code of a step of which nobody could tell what became of it.
  static let unresolved = "Unresolved"
}
