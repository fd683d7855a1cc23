import RunEvents
import Values

/// How a run ends, and what it is called then.
extension RunMachine {
  /// Nothing new starts, what runs is told to stop; `finally` follows when it has.
  mutating func endMainPart(_ cause: Cause) {
    guard phase == .main || phase == .draining else { return }
    phase = .stopping
    self.cause = cause
    endWatches(because: "the run ends")
    queue.clear()
    for step in 0..<mainCount {
      switch steps[step].stage {
      case .pending, .queued:
        if steps[step].isInFlightBefore {
          end(step, .cancelled, error: cannotTell(step))
        } else {
          end(step, .notReached, error: notReached())
        }
      case .backingOff: end(step, .cancelled, error: cancelled(nil))
      case .attempting: stop(step, .runEnds)
      case .unresolved: end(step, .failed, error: cannotTell(step), hasStopped: true)
      // No other attempt will follow. It keeps the time that it has for stopping.
      case .stopping(.attemptTimeout): steps[step].stage = .stopping(.runEnds)
      case .repairing: end(step, .cancelled, error: cancelled(nil))
      case .stopping, .dormant, .over, .abandoned: continue
      }
    }
  }

  mutating func interrupt(_ request: InterruptRequested) {
    switch phase {
    case .idle, .over: return
    case .lost:
      if request.stage > 1 { finishUnrecorded() }
    case .main, .draining, .stopping, .finally:
      bodies.append(.interruptRequested(request))
      if request.stage > 1 { return stopAtOnce(request.signal) }
      endMainPart(.interrupted(signal: request.signal))
    case .undoing:
      // Half-way back is the worst place to stop: the first request waits until everything is undone.
      bodies.append(.interruptRequested(request))
      if request.stage > 1 { stopAtOnce(request.signal) }
    }
  }

  /// What was in flight stays so on record: only the backends can tell how far it came.
  private mutating func stopAtOnce(_ signal: String) {
    for step in steps.indices where steps[step].stage == .attempting {
      effects.append(.cancel(step: step, .runEnds))
    }
    finish(.interrupted, "stopped at once by \(signal); steps may be half done", signal: signal)
  }

  /// A step failed under `Pause`, and all that ran is over: the rest stays as it is until someone resumes the run.
  mutating func finishWaiting() {
    endWatches(because: "the run waits for a person")
    guard let step = pausedBy else { return finish(.waiting, "the run waits for a person") }
    let id = steps[step].id
    finish(
      .waiting,
      steps[step].stage == .unresolved
        ? "nobody can tell whether step `\(id)` was done: a person has to say"
        : "step `\(id)` failed; the run waits for a person")
  }

  /// Everything is over.
  mutating func finish() {
    if let reason = undo.reason { return finishUndone(reason) }
    switch cause {
    case .interrupted(let signal): finish(.interrupted, "stopped by \(signal)", signal: signal)
    case .failed(let step): finish(.failed, "step `\(steps[step].id)` failed")
    case .ended(let user): finish(.failed, "\(user) ended the run instead of carrying it on")
    case nil:
      if let reason = reasonNotRecovered {
        finish(.failed, reason)
      } else if let reason = reasonForException {
        finish(.recoveredWithExceptions, reason)
      } else {
        finish(.recovered, nil)
      }
    }
  }

  mutating func finishUnrecorded() {
    phase = .over
    effects.append(
      .finish(RunFinished(result: .failed, reason: "the record of the run could not be written")))
  }

  mutating func finish(_ result: RunResult, _ reason: String?, signal: String? = nil) {
    phase = .over
    let finished = RunFinished(result: result, reason: reason, signal: signal)
    bodies.append(.runFinished(finished))
    effects.append(.finish(finished))
  }

  /// Without the step that proves the recovery there is none; nor, where nothing proves it, without a restore.
  private var reasonNotRecovered: String? {
    if let restoredWhen {
      if steps[restoredWhen].state == .succeeded, !steps[restoredWhen].isAssumed { return nil }
      return "nothing proves the recovery: \(fate(of: restoredWhen))"
    }
    let missing = (0..<mainCount).first {
      steps[$0].restores && steps[$0].state != .succeeded && steps[$0].state != .skipped
    }
    return missing.map { "not everything was restored: \(fate(of: $0))" }
  }

  private var reasonForException: String? {
    let exceptions = steps.indices.filter { step in
      switch steps[step].state {
      case .succeeded: watchFailed.contains(step) || steps[step].isAssumed
      case .skipped: steps[step].isExcluded
      case .pending, .running, .waiting, .failed, .cancelled, .notReached: true
      }
    }
    guard let first = exceptions.first else { return nil }
    return fate(of: first) + (exceptions.count > 1 ? ", and \(exceptions.count - 1) more" : "")
  }

  func fate(of step: Int) -> String {
    let id = steps[step].id
    switch steps[step].state {
    case .failed: return "step `\(id)` failed"
    case .skipped: return "step `\(id)` was left out"
    case .cancelled: return "step `\(id)` was cancelled"
    case .notReached:
      guard let root = steps[step].root else { return "step `\(id)` was not reached" }
      return "step `\(id)` was not reached because `\(steps[root].id)` failed"
    case .succeeded where watchFailed.contains(step):
      return "a check of step `\(id)` did not pass at the end of its watch"
    case .succeeded where steps[step].isAssumed: return "step `\(id)` is done on a person's word alone"
    case .pending, .running, .waiting, .succeeded: return "step `\(id)` is \(steps[step].state.rawValue)"
    }
  }
}
