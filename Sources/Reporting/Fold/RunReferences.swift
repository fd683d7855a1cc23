import RunEvents
import Values

extension RunRecordFold {
  /// The value of `${run.…}` as the events so far give it; nil for a name that does not exist and before the run began.
  ///
  /// What was not measured is `unmeasured`, never empty.
  /// Once the last main step is final, `run.result` is what the run will end with, because `finally` tells people.
  public func reference(_ name: String) -> String? {
    guard let started, let first else { return nil }
    switch name {
    case "run.id": return first.run.text
    case "run.mode": return started.mode.rawValue
    case "run.plan": return first.plan.text
    case "run.startedAt": return first.time.description
    case "run.result": return (finished?.result ?? expectedResult)?.rawValue ?? RunOutcome.running.word
    case "run.recoveryTime":
      return recoveryTime(started, first, ended: isFinished).1?.readable ?? "unmeasured"
    case "run.recoveryPoint":
      return recoveryPoint(started).consistentAt?.description ?? "unmeasured"
    case "run.dataLoss":
      return recoveryPoint(started).actual?.readable ?? "unmeasured"
    case "run.failedStep": return failedStep?.outline.id.text ?? "none"
    case "run.error":
      if let error = failedStep?.error { return error.message }
      return finished?.reason ?? "none"
    default: return nil
    }
  }

  /// The main step that failed first, one under `Continue` only if there is no other; else one of `finally`.
  var failedStep: StepTrack? {
    let failed = steps.filter { $0.state == .failed }
      .sorted { ($0.finishElapsed ?? .zero) < ($1.finishElapsed ?? .zero) }
    let main = failed.filter { !$0.outline.isFinally }
    return main.first { $0.outline.onFailure != .continue } ?? main.first ?? failed.first
  }
}
