import BackendKit
import PlanModel
import RunEvents
import Values

/// How the attempts of a step follow each other, and how a step ends.
extension RunMachine {
  /// Begins with a step that has its place and its targets.
  mutating func begin(_ step: Int) {
    began(step)
    steps[step].deadline = now + steps[step].timeout
    if steps[step].isInFlightBefore { reconcile(step) } else { startAttempt(step) }
    foresee(step)
  }

  /// Begins the next attempt of a step that is running.
  mutating func startAttempt(_ step: Int) {
    steps[step].attempts += 1
    steps[step].work = .run
    // What a rollback before took back, this may bring about again.
    steps[step].undone = nil
    starts += 1
    steps[step].startOrder = starts
    steps[step].stage = .attempting
    let left = steps[step].deadline - now
    let limit = min(left, steps[step].retry.attemptTimeout ?? left)
    wake(at: now + limit, for: step)
    bodies.append(.stepStarted(StepStarted(step: steps[step].id, attempt: steps[step].attempts)))
    effects.append(.start(step: step, attempt: steps[step].attempts, limit: limit))
  }

  /// Does `then` if that attempt was still waited for.
  mutating func attemptEnded(_ step: Int, _ attempt: Int, then: (inout RunMachine) -> Void) {
    guard steps.indices.contains(step), attempt == steps[step].attempts else { return }
    if steps[step].stage == .abandoned {
      steps[step].stage = .over
      queue.recover(step)
    } else if steps[step].isInFlight {
      if phase == .lost || phase == .over { steps[step].stage = .over } else { then(&self) }
    }
  }

  /// What an attempt did is done, also when it was told to stop and came too late to.
  mutating func succeed(_ step: Int, _ outputs: [String: String]) {
    end(step, .succeeded, outputs: outputs)
    if steps[step].isRepair, phase == .main || phase == .draining { return repaired(step) }
    release(step)
    if steps[step].watch != nil, phase == .main { startWatch(step) }
  }

  /// Why it failed is what the run did to it, if the run did something.
  mutating func attemptFailed(_ step: Int, _ failure: StepFailure) {
    switch steps[step].work {
    case .run: break
    case .reconcile: return reconciled(step, .unknown(failure.message))
    case .undo, .settle: return undoFailed(step, failure.stepError)
    }
    switch steps[step].stage {
    case .stopping(.stepTimeout): fail(step, tookTooLong(step, failure))
    case .stopping(.attemptTimeout): retryOrFail(step, attemptTookTooLong(step, failure), isRetryable: true)
    case .stopping(.runEnds): end(step, .cancelled, error: cancelled(failure))
    default:
      if beginRepair(step, failure) { return }
      retryOrFail(step, failure.stepError, isRetryable: failure.isRetryable)
    }
  }

  private mutating func retryOrFail(_ step: Int, _ error: StepError, isRetryable: Bool) {
    let attempt = steps[step].attempts
    let made = attempt - steps[step].earlierAttempts
    let delay = steps[step].retry.delay(after: made)
    guard isRetryable, made < steps[step].retry.maxAttempts else { return fail(step, error) }
    guard now + delay < steps[step].deadline else { return fail(step, noTimeLeft(step, error)) }
    bodies.append(
      .stepRetrying(
        StepRetrying(
          step: steps[step].id, attempt: attempt, error: error, delaySeconds: delay.roundedSeconds)))
    steps[step].stage = .backingOff
    wake(at: now + delay, for: step)
  }

  /// The time has come that the step waited for.
  mutating func timeIsUp(_ step: Int) {
    switch steps[step].stage {
    case .attempting: stop(step, now >= steps[step].deadline ? .stepTimeout : .attemptTimeout)
    case .stopping(let reason): abandon(step, reason)
    case .backingOff: startAttempt(step)
    case .pending, .queued, .unresolved, .dormant, .repairing, .over, .abandoned: return
    }
  }

  /// Tells the running attempt to stop; it has a while to do so.
  mutating func stop(_ step: Int, _ reason: CancelReason) {
    steps[step].stage = .stopping(reason)
    effects.append(.cancel(step: step, reason))
    wake(at: now + options.cancelGrace, for: step)
  }

  private mutating func abandon(_ step: Int, _ reason: CancelReason) {
    effects.append(.abandon(step: step))
    if steps[step].work == .undo || steps[step].work == .settle {
      steps[step].stage = .abandoned
      return undoFailed(step, didNotStop(step, reason))
    }
    if steps[step].work == .reconcile {
      fail(step, cannotTell(step), hasStopped: false)
    } else if reason == .runEnds {
      end(step, .cancelled, error: didNotStop(step, reason), hasStopped: false)
    } else {
      fail(step, didNotStop(step, reason), hasStopped: false)
    }
  }

  /// Ends a step that was tried and is not done, and does to the run what the step's policy says.
  mutating func fail(_ step: Int, _ error: StepError, hasStopped: Bool = true) {
    end(step, .failed, error: error, hasStopped: hasStopped)
    if let verifying = steps[step].repairsFor { return repairFailed(step, for: verifying) }
    if steps[step].isFinally { return release(step) }
    switch steps[step].onFailure {
    case .continue: bar(steps[step].successors, becauseOf: step)
    case .pause:
      guard phase == .main else { return }
      phase = .draining
      pausedBy = step
    case .abort, .rollback: endMainPart(.failed(step: step))
    }
  }
}
