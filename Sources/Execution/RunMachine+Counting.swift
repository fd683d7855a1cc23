import BackendKit
import RunEvents
import Values

/// How steps come to their end, what that means for those that need them, and when the machine is woken.
extension RunMachine {
  /// A step begins to count as running, until its `end`.
  mutating func began(_ step: Int) {
    running += 1
    steps[step].isRunning = true
  }

  /// It stops running without an end on record.
  mutating func leave(_ step: Int, _ stage: MachineStep.Stage) {
    steps[step].stage = stage
    steps[step].generation += 1
    steps[step].isRunning = false
    running -= 1
    queue.finish(step)
  }

  /// Puts the end of a step on record.
  mutating func end(
    _ step: Int, _ state: StepState, error: StepError? = nil, outputs: [String: String] = [:],
    hasStopped: Bool = true
  ) {
    let wasRunning = steps[step].isRunning
    steps[step].isRunning = false
    steps[step].stage = hasStopped ? .over : .abandoned
    steps[step].state = state
    steps[step].generation += 1
    unfinished -= 1
    if wasRunning {
      running -= 1
      if hasStopped { queue.finish(step) } else { queue.abandon(step) }
    }
    bodies.append(
      .stepFinished(
        StepFinished(
          step: steps[step].id, state: state, attempts: steps[step].attempts, error: error, outputs: outputs,
          isStillAtWork: hasStopped ? nil : true))
    )
  }

  /// Lets what needs `step`, and nothing else that is not over, start.
  ///
  /// In `finally` that is so whatever became of `step`.
  mutating func release(_ step: Int) {
    var released = [step]
    while let step = released.popLast() {
      for successor in steps[step].successors {
        steps[successor].unmet -= 1
        guard steps[successor].unmet == 0 else { continue }
        if steps[successor].stage == .pending {
          enqueue(successor)
        } else if steps[successor].state == .skipped || steps[successor].state == .succeeded {
          // A step that was left out, or done before the run was resumed, hands on what it would have waited for.
          released.append(successor)
        }
      }
    }
  }

  /// These steps, and all that need them, cannot start because of what became of `root`.
  mutating func bar(_ first: [Int], becauseOf root: Int) {
    var barred = first
    while let step = barred.popLast() {
      switch steps[step].stage {
      case .pending, .queued:
        steps[step].root = root
        end(step, .notReached, error: notReached(becauseOf: root))
        if steps[step].isFinally { release(step) } else { barred += steps[step].successors.reversed() }
      case .over where steps[step].state == .skipped && !steps[step].isBarred:
        steps[step].isBarred = true
        steps[step].root = root
        barred += steps[step].successors.reversed()
      case .attempting, .stopping, .unresolved, .dormant, .repairing, .backingOff, .over, .abandoned: continue
      }
    }
  }

  /// Wakes the machine at `time` for `step`, unless something happens to the step before.
  mutating func wake(at time: Duration, for step: Int) {
    steps[step].generation += 1
    deadlines.add(time, step: step, generation: steps[step].generation)
  }

  /// Wakes the machine at `time` to look at the forecast.
  mutating func wakeForForecast(at time: Duration) {
    deadlines.add(time, step: RiskWatch.sentinel, generation: 0)
  }

  mutating func timerFired() {
    deadlines.fired()
    guard phase != .lost else { return }
    while let due = deadlines.popDue(at: now) {
      if due.step == RiskWatch.sentinel {
        lookAtForecast()
      } else if steps[due.step].generation == due.generation {
        timeIsUp(due.step)
      }
    }
  }

  /// Tells everything to stop, and waits a while for it, without a word on record.
  mutating func loseRecord() {
    switch phase {
    case .over: finishUnrecorded()
    case .lost, .idle: return
    case .main, .draining, .stopping, .undoing, .finally:
      phase = .lost
      for step in steps.indices {
        if steps[step].stage == .attempting {
          steps[step].stage = .stopping(.runEnds)
          effects.append(.cancel(step: step, .runEnds))
        }
        steps[step].generation += 1
      }
      lostDeadline = now + options.cancelGrace
      if steps.contains(where: \.isInFlight) {
        effects.append(.wake(at: lostDeadline))
      }
    }
  }
}
