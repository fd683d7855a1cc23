import BackendKit
import PlanModel
import RunEvents
import Values

/// What runs because a check did not pass, and checks that go on being made.
extension RunMachine {
  // MARK: Repair

  /// Has the steps run that the failed checks name; false where there are none, or they ran often enough.
  mutating func beginRepair(_ step: Int, _ failure: StepFailure) -> Bool {
    guard phase == .main, let repairs = nextRepairs(step, failure.failedChecks) else { return false }
    leave(step, .repairing)
    startRepairs(step, failure.failedChecks, repairs)
    return true
  }

  /// The steps to run, in the order of the checks, each once; nil where there is nothing more to try.
  private func nextRepairs(_ step: Int, _ checks: [String]) -> [Int]? {
    guard steps[step].repairRounds < steps[step].repairLimit else { return nil }
    var repairs: [Int] = []
    for repair in checks.flatMap({ steps[step].repairs[$0] ?? [] }) where !repairs.contains(repair) {
      // What the mode or a person left out stays out; one that repairs for another step just now is not to be had.
      guard leftOut[repair] == nil, !steps[repair].isExcluded,
        steps[repair].stage == .dormant || steps[repair].stage == .over, steps[repair].repairsFor == nil
      else {
        return nil
      }
      repairs.append(repair)
    }
    return repairs.isEmpty ? nil : repairs
  }

  private mutating func startRepairs(_ step: Int, _ checks: [String], _ repairs: [Int]) {
    steps[step].repairRounds += 1
    steps[step].repairsLeft = repairs.reversed()
    for repair in repairs { steps[repair].repairsFor = step }
    bodies.append(
      .repairStarted(
        RepairStarted(
          step: steps[step].id, round: steps[step].repairRounds, checks: checks,
          repairs: repairs.map { steps[$0].id })))
    startNextRepair(step)
  }

  private mutating func startNextRepair(_ step: Int) {
    guard let repair = steps[step].repairsLeft.popLast() else { return checkAgain(step) }
    steps[repair].state = .pending
    // `retry` counts anew in each repair.
    steps[repair].earlierAttempts = steps[repair].attempts
    wakeRepair(repair)
  }

  /// One of the repairs is done: the next, or the checks once more.
  mutating func repaired(_ repair: Int) {
    guard let step = steps[repair].repairsFor else { return }
    steps[repair].repairsFor = nil
    startNextRepair(step)
  }

  /// What could not be repaired, the check found for good.
  mutating func repairFailed(_ repair: Int, for step: Int) {
    for other in steps[step].repairsLeft + [repair] { steps[other].repairsFor = nil }
    steps[step].repairsLeft = []
    let error = StepError(
      code: "RepairFailed",
      message: "its checks did not pass, and step `\(steps[repair].id)` could not repair it",
      remedy: "do not use the data before the cause is known")
    if steps[step].stage == .repairing {
      fail(step, error)
    } else if steps[step].watchEnd != nil {
      closeWatch(step, passed: false, reason: error.message)
    }
  }

  private mutating func checkAgain(_ step: Int) {
    if steps[step].stage == .repairing {
      enqueue(step)
    } else if steps[step].watchEnd != nil, let duration = steps[step].watch {
      // From its beginning: only the check itself can tell that the repair did it, however late it came.
      steps[step].watchEnd = now + duration
      effects.append(.watch(step: step, attempt: steps[step].attempts))
    }
  }

  /// The main part ends: steps that only repair and were not needed are left out, which is no exception.
  mutating func closeRepairs() {
    for step in 0..<mainCount where steps[step].stage == .dormant {
      steps[step].stage = .over
      steps[step].state = .skipped
      bodies.append(
        .stepFinished(
          StepFinished(
            step: steps[step].id, state: .skipped, attempts: steps[step].attempts,
            error: StepError(code: "RepairNotNeeded", message: "no check asked for it"))))
    }
  }

  // MARK: Watch

  /// Whether checks are still being made after their steps.
  var isWatching: Bool { steps.contains { $0.watchEnd != nil } }

  mutating func startWatch(_ step: Int) {
    guard let duration = steps[step].watch else { return }
    steps[step].watchEnd = now + duration
    let checks = steps[step].watchedChecks
    bodies.append(
      .watchStarted(
        WatchStarted(step: steps[step].id, checks: checks, seconds: duration.roundedSeconds)))
    effects.append(.watch(step: step, attempt: steps[step].attempts))
  }

  mutating func watchEnded(_ step: Int, _ outcome: WatchOutcome) {
    guard steps.indices.contains(step), steps[step].watchEnd != nil, phase == .main || phase == .draining
    else {
      return
    }
    switch outcome {
    case .passed: closeWatch(step, passed: true, reason: nil)
    case .failed(let checks):
      if phase == .main, let repairs = nextRepairs(step, checks) {
        startRepairs(step, checks, repairs)
      } else {
        closeWatch(step, passed: false, reason: nil)
      }
    }
  }

  private mutating func closeWatch(_ step: Int, passed: Bool, reason: String?) {
    steps[step].watchEnd = nil
    if !passed { watchFailed.insert(step) }
    bodies.append(.watchFinished(WatchFinished(step: steps[step].id, passed: passed, reason: reason)))
  }

  /// What a watch did not see to its end, it says so.
  mutating func endWatches(because reason: String) {
    for step in steps.indices where steps[step].watchEnd != nil {
      effects.append(.cancel(step: step, .runEnds))
      steps[step].watchEnd = nil
      bodies.append(
        .watchFinished(
          WatchFinished(step: steps[step].id, passed: true, reason: "not watched to its end: \(reason)")))
    }
  }
}
