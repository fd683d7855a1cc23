import BackendKit
import PlanModel
import RunEvents
import Values

/// What stands on record about steps that did not fail by themselves.
extension RunMachine {
  func tookTooLong(_ step: Int, _ failure: StepFailure) -> StepError {
    StepError(
      code: StepFailure.Code.timeout.rawValue,
      message: "took longer than its timeout of \(steps[step].timeout.planText)\(said(failure))",
      remedy: failure.remedy ?? "raise the step's `timeout`, or find out what holds it up",
      lastLines: failure.lastLines)
  }

  func attemptTookTooLong(_ step: Int, _ failure: StepFailure) -> StepError {
    let limit = steps[step].retry.attemptTimeout ?? steps[step].timeout
    return StepError(
      code: StepFailure.Code.timeout.rawValue,
      message:
        "attempt \(steps[step].attempts) took longer than the \(limit.planText) that one may\(said(failure))",
      remedy: failure.remedy ?? "raise `attemptTimeout` under `retry`, or find out what holds the step up",
      lastLines: failure.lastLines)
  }

  func noTimeLeft(_ step: Int, _ error: StepError) -> StepError {
    var error = error
    error.message +=
      "; attempt \(steps[step].attempts) of \(steps[step].retry.maxAttempts), and the timeout of "
      + "\(steps[step].timeout.planText) leaves no time for another"
    return error
  }

  func didNotStop(_ step: Int, _ reason: CancelReason) -> StepError {
    let grace = options.cancelGrace.planText
    let fact =
      switch reason {
      case .stepTimeout: "took longer than its timeout of \(steps[step].timeout.planText)"
      case .attemptTimeout: "attempt \(steps[step].attempts) took too long"
      case .runEnds: endOfRun
      }
    return StepError(
      code: (reason == .runEnds ? StepFailure.Code.cancelled : .timeout).rawValue,
      message: "\(fact), and did not stop within \(grace) of being told to: it may still be at work",
      remedy: "see what it left running before anything else changes the same thing")
  }

  func cancelled(_ failure: StepFailure?) -> StepError {
    StepError(
      code: StepFailure.Code.cancelled.rawValue,
      message: endOfRun + (failure.map(said) ?? ""),
      lastLines: failure?.lastLines ?? [])
  }

  /// For a step that needs, however indirectly, what `root` did not do.
  func notReached(becauseOf root: Int) -> StepError {
    if steps[root].stage == .abandoned {
      return StepError(
        code: "NotReached", message: "step `\(steps[root].id)` did not stop and may still be at work")
    }
    return StepError(code: "NotReached", message: "step `\(steps[root].id)` failed")
  }

  /// For a step that had not started when the main part was ended.
  func notReached() -> StepError { StepError(code: "NotReached", message: endOfRun) }

  private var endOfRun: String {
    switch cause {
    case .failed(let step): "the run ended because step `\(steps[step].id)` failed"
    case .interrupted(let signal): "the run was stopped by \(signal)"
    case .ended(let user): "\(user) ended the run"
    case nil: "the run ended"
    }
  }

  /// What the attempt itself had to say, unless only that it was cancelled.
  private func said(_ failure: StepFailure) -> String {
    failure.code == .cancelled ? "" : ": \(failure.message)"
  }
}
