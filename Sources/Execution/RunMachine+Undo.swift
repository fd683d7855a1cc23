import BackendKit
import PlanModel
import RunEvents
import Values

/// How far a rollback is.
struct UndoProgress: Sendable {
  /// Why everything is undone; nil when nothing is.
  var reason: String?
  /// Steps to undo, the next one last.
  var waiting: [Int] = []
  /// Steps to complete when those are undone, the next one last.
  var unwound: [Int] = []
  /// The step that is being undone or completed.
  var current: Int?
  /// Steps that could not be undone.
  var remaining: [Int] = []
  /// Those of them that failed: what they needed stays as it is.
  var failed: Set<Int> = []
}

/// How what a run changed is undone: one step after the other, the last begun first.
extension RunMachine {
  mutating func beginUndo(_ reason: String) {
    phase = .undoing
    queue.clear()
    undo = UndoProgress(reason: reason)
    let tried = (0..<mainCount).filter { step in
      guard steps[step].startOrder != nil else { return false }
      return switch steps[step].undone {
      case .undone, .nothingToUndo: false
      case .unwound, .failed, .notUndone, nil: true
      }
    }
    undo.waiting = tried.sorted { (steps[$0].startOrder ?? 0) < (steps[$1].startOrder ?? 0) }
    bodies.append(
      .undoStarted(UndoStarted(reason: reason, steps: undo.waiting.reversed().map { steps[$0].id })))
    for step in 0..<mainCount where steps[step].stage != .over { closeForUndo(step) }
  }

  /// A step that the rollback of a crashed run finds not over: what it did is for its undo to find out.
  private mutating func closeForUndo(_ step: Int) {
    guard steps[step].stage != .abandoned else { return }
    steps[step].stage = .over
    if steps[step].isInFlightBefore {
      steps[step].state = .cancelled
      steps[step].isInFlightBefore = false
    } else {
      steps[step].state = .notReached
    }
    bodies.append(
      .stepFinished(
        StepFinished(
          step: steps[step].id, state: steps[step].state, attempts: steps[step].attempts,
          error: StepError(code: "RolledBack", message: "the run is rolled back"))))
  }

  /// Begins to undo or to complete the next step; false when all is done.
  mutating func undoNext() -> Bool {
    while let step = undo.waiting.popLast() {
      if steps[step].stage == .abandoned {
        undoFailed(step, StepError(code: "NotUndone", message: "its last attempt may still be at work"))
        continue
      }
      if let later = laterStepNotUndone(step) {
        tell(
          step, .notUndone,
          "left as it is, because `\(steps[later].id)`, which came after it, could not be undone")
        undo.failed.insert(step)
        undo.remaining.append(step)
        continue
      }
      work(on: step, .undo)
      return true
    }
    guard let step = undo.unwound.popLast() else { return false }
    work(on: step, .settle)
    return true
  }

  /// A step that needed `step`, directly, and failed to be undone.
  private func laterStepNotUndone(_ step: Int) -> Int? {
    var seen: Set<Int> = []
    var open = steps[step].successors
    while let next = open.popLast() {
      guard seen.insert(next).inserted else { continue }
      if undo.failed.contains(next) { return next }
      open += steps[next].successors
    }
    return nil
  }

  private mutating func work(on step: Int, _ work: MachineStep.Work) {
    undo.current = step
    steps[step].work = work
    steps[step].stage = .attempting
    let limit = steps[step].timeout
    steps[step].deadline = now + limit
    wake(at: now + limit, for: step)
    let attempt = steps[step].attempts
    effects.append(
      work == .undo
        ? .undo(step: step, attempt: attempt, limit: limit)
        : .settle(step: step, attempt: attempt, limit: limit))
  }

  mutating func undone(_ step: Int, _ outcome: UndoOutcome) {
    switch outcome {
    case .undone(let detail): tell(step, .undone, detail)
    case .nothingToUndo: tell(step, .nothingToUndo, "it had changed nothing")
    case .unwound(let detail):
      tell(step, .unwound, detail)
      undo.unwound.insert(step, at: 0)
    case .impossible(let detail):
      tell(step, .notUndone, detail)
      undo.remaining.append(step)
    }
    undoEnded(step)
  }

  mutating func settled(_ step: Int, _ detail: String) {
    tell(step, .undone, detail)
    undoEnded(step)
  }

  mutating func undoFailed(_ step: Int, _ error: StepError) {
    tell(step, .failed, "see what stands where before anything else changes it", error)
    undo.failed.insert(step)
    undo.remaining.append(step)
    undoEnded(step)
  }

  private mutating func undoEnded(_ step: Int) {
    if steps[step].stage != .abandoned { steps[step].stage = .over }
    steps[step].generation += 1
    if undo.current == step { undo.current = nil }
  }

  private mutating func tell(
    _ step: Int, _ state: StepUndone.State, _ detail: String, _ error: StepError? = nil
  ) {
    steps[step].undone = state
    bodies.append(.stepUndone(StepUndone(step: steps[step].id, state: state, detail: detail, error: error)))
  }

  /// The end of a run that was undone.
  mutating func finishUndone(_ reason: String) {
    let names = undo.remaining.map { "`\(steps[$0].id)`" }.joined(separator: ", ")
    if undo.failed.isEmpty {
      finish(.rolledBack, names.isEmpty ? reason : "\(reason); there is no way back for \(names)")
    } else {
      finish(.failed, "\(reason), and not everything could be undone: \(names)")
    }
  }
}
