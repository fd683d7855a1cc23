import RunEvents
import Values

/// What happens beside the steps of a run, as one line for people: a mark, a tone and words.
enum IncidentLine {
  /// Nil for an event that is not worth a line.
  static func content(_ body: RunEvent.Body) -> (String, String, String)? {
    switch body {
    case .runResumed(let resumed): return ("run", "1", text(resumed))
    case .stepReconciled(let found):
      return ("=  ", "36", "\(found.step): \(words(found.finding)): \(safe(found.detail))")
    case .stepDecided(let decided):
      let why = decided.reason.isEmpty ? "" : ": \(safe(decided.reason))"
      return ("=  ", "36", "\(decided.step): \(words(decided.decision)), says \(safe(decided.user))\(why)")
    case .undoStarted(let undo):
      return ("<- ", "33", "rolling back \(undo.steps.count) steps: \(safe(undo.reason))")
    case .stepUndone(let undone): return text(undone)
    case .runCommitted(let committed):
      return ("ok ", "32", "lets go of \(committed.removed.count) kept files or folders")
    case .objectiveAtRisk(let risk):
      let forecast = Duration.seconds(risk.forecastSeconds).readable
      return (
        "!  ", "33",
        "the RTO of \(Duration.seconds(risk.rtoSeconds).readable) is at risk: with \(risk.step), recovery takes \(forecast)"
      )
    case .runNotified(let notified):
      guard !notified.record.delivered else { return nil }
      return (
        "!  ", "33", "channel \(notified.record.channel) not told: \(safe(notified.record.error ?? ""))"
      )
    case .lockTakenOver(let lock):
      return (
        "!  ", "33",
        "took over the lock on \(safe(lock.target)) from \(safe(lock.holder)): \(safe(lock.reason))"
      )
    case .drillPlaceRemoved(let place):
      guard let error = place.error else { return nil }
      return ("!  ", "33", "left over: \(safe(place.path)): \(safe(error))")
    case .watchStarted(let watch):
      return (
        "...", "2",
        "\(watch.step): watching \(watch.checks.joined(separator: ", ")) for \(Duration.seconds(watch.seconds).readable)"
      )
    case .repairStarted(let repair):
      let steps = repair.repairs.map(\.text).joined(separator: ", ")
      return (
        "!  ", "33",
        "\(repair.step): \(repair.checks.joined(separator: ", ")) failed; repairing with \(steps)"
      )
    case .drillPlaceMade, .watchFinished: return nil
    case .runStarted, .stepStarted, .stepEvidence, .stepRetrying, .stepFinished, .interruptRequested,
      .finallyStarted, .runFinished:
      return nil
    }
  }

  private static func text(_ resumed: RunResumed) -> String {
    let what =
      switch resumed.purpose {
      case .resume: "resumed"
      case .rollback: "rolled back"
      case .commit: "committed"
      case .abort: "ended"
      }
    return "\(what) by \(safe(resumed.user)) on \(safe(resumed.host))"
      + resumed.reruns.map { "\n             \($0.step): runs again: \(safe($0.reason))" }.joined()
  }

  private static func text(_ undone: StepUndone) -> (String, String, String)? {
    switch undone.state {
    case .nothingToUndo: return nil
    case .undone, .unwound: return ("<- ", "32", "\(undone.step): \(safe(undone.detail))")
    case .notUndone: return ("!  ", "33", "\(undone.step): stays as it is: \(safe(undone.detail))")
    case .failed:
      let why = undone.error.map { ": \(safe($0.message))" } ?? ""
      return ("FAIL", "31", "\(undone.step): not undone: \(safe(undone.detail))\(why)")
    }
  }

  private static func words(_ decision: StepDecided.Decision) -> String {
    switch decision {
    case .retry: "to be tried again"
    case .skip: "to be left out"
    case .assumeDone: "done"
    }
  }

  private static func words(_ finding: StepReconciled.Finding) -> String {
    switch finding {
    case .done: "was done before the crash"
    case .notDone: "was not done before the crash"
    case .unknown: "cannot be told whether it was done"
    }
  }

  private static func safe(_ text: String) -> String { PrintableText.line(text) }
}
