import Reporting
import RunEvents
import Values

/// One event as one line for people.
enum EventLine {
  /// The line, or nil for an event that is not worth one; a failed step also shows its last lines of output.
  static func text(_ event: RunEvent, _ running: RunningSteps, color: Bool, isPlain: Bool) -> String? {
    let stamp =
      isPlain ? "\(event.time.description.prefix(19))Z  " : "\(event.elapsed.readable.leftPadded(to: 10))  "
    guard let (mark, tone, words) = content(event, running) else { return nil }
    let painted = color ? "\u{1b}[\(tone)m\(mark)\u{1b}[0m" : mark
    return "\(stamp)\(painted) \(words)"
  }

  private static func content(_ event: RunEvent, _ running: RunningSteps) -> (String, String, String)? {
    switch event.body {
    case .runStarted(let started):
      return ("run", "1", "\(event.run): \(started.steps.count) steps")
    case .stepStarted(let started):
      let attempt = started.attempt > 1 ? ", attempt \(started.attempt)" : ""
      return ("...", "2", "\(started.step): \(running.actions[started.step] ?? "started")\(attempt)")
    case .stepRetrying(let retrying):
      let delay = Duration.nanoseconds(Int64(retrying.delaySeconds * 1e9)).readable
      return ("!  ", "33", "\(retrying.step): \(safe(retrying.error.message)); again in \(delay)")
    case .stepFinished(let finished): return ending(finished)
    case .stepEvidence(let evidence): return fact(evidence)
    case .interruptRequested: return nil
    case .finallyStarted: return nil
    case .runFinished: return nil
    default: return IncidentLine.content(event.body)
    }
  }

  private static func ending(_ finished: StepFinished) -> (String, String, String) {
    switch finished.state {
    case .succeeded: return ("ok ", "32", "\(finished.step)")
    case .failed:
      var text = "\(finished.step): \(safe(finished.error?.message ?? "failed"))"
      if let remedy = finished.error?.remedy { text += "\n             = help: \(safe(remedy))" }
      for line in finished.error?.lastLines.suffix(20) ?? [] { text += "\n             | \(safe(line))" }
      return ("FAIL", "31", text)
    case .skipped:
      return ("-  ", "2", "\(finished.step): skipped: \(safe(finished.error?.message ?? "by mode"))")
    case .cancelled:
      return ("x  ", "33", "\(finished.step): stopped: \(safe(finished.error?.message ?? "by the run"))")
    case .notReached:
      return ("-  ", "33", "\(finished.step): not reached: \(safe(finished.error?.message ?? ""))")
    case .pending, .running, .waiting: return ("?  ", "33", "\(finished.step)")
    }
  }

  private static func fact(_ event: StepEvidenceEvent) -> (String, String, String)? {
    let text: String
    switch event.evidence {
    case .snapshotChosen(let chosen):
      text = "snapshot \(chosen.snapshot), data as of \(chosen.consistentAt), \(chosen.bytes)"
    case .published(let publication):
      guard let kept = publication.kept else { return nil }
      text =
        "old data kept as \(safe(kept))"
        + (publication.holders.isEmpty
          ? "" : "; still open in \(safe(publication.holders.joined(separator: ", ")))")
    case .check(let check):
      guard check.state != .passed else { return nil }
      guard check.state != .skipped else {
        return ("-  ", "2", "\(event.step): check \(check.id) skipped: \(safe(check.actual))")
      }
      text =
        "check \(check.id) \(check.state.rawValue.lowercased()): expected \(safe(check.expected)), got \(safe(check.actual))"
    case .notification(let notification):
      guard !notification.delivered else { return nil }
      text = "channel \(notification.channel) not told: \(safe(notification.error ?? ""))"
    case .note(let note): text = safe(note)
    case .approvalRequested(let request):
      let command = request.command.map { ": \(safe($0))" } ?? ""
      text = "\(safe(request.prompt))\n             = waiting for \(safe(request.asked))\(command)"
    case .approvalAnswered(let answer):
      let said = answer.comment.map { ": \(safe($0))" } ?? ""
      let counts = answer.rejected.map { "; does not count: \(safe($0))" } ?? ""
      text = "\(safe(answer.user)) \(answer.approves ? "approves" : "denies")\(said)\(counts)"
    case .watched(let look):
      text =
        "watched check \(look.check.id) \(look.check.state.rawValue.lowercased()): \(safe(look.check.actual))"
    case .publishing, .restored, .service, .identity, .command: return nil
    }
    return ("   ", "2", "\(event.step): \(text)")
  }

  private static func safe(_ text: String) -> String { PrintableText.line(text) }
}

extension String {
  /// With spaces before it up to a width.
  func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
