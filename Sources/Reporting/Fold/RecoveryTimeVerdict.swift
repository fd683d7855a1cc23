import RunEvents
import Values

extension RunRecordFold {
  /// From the start instant to the run's first event, by the wall clock: never negative.
  func lead(_ started: RunStarted, _ first: RunEvent) -> (time: Duration, inFuture: Bool, assumed: Bool) {
    let (instant, given): (Timestamp, Bool) =
      switch started.measuredFrom {
      case .planStart: (first.time, true)
      case .declaration: (started.declaredAt, started.declaredGiven)
      case .disruption: (started.disruptedAt, started.disruptedGiven || started.declaredGiven)
      }
    // An assumed instant is the run's own start, taken a moment before its first event: the gap is real.
    let gap = instant.distance(to: first.time)
    return (max(.zero, gap), gap < .zero, !given)
  }

  /// The recovery time: measured only if the step that stops the clock succeeded and no check before it errored.
  func recoveryTime(_ started: RunStarted, _ first: RunEvent, ended: Bool) -> (RecoveryTimeRecord, Duration?)
  {
    let lead = lead(started, first)
    var record = RecoveryTimeRecord(
      objectiveSeconds: started.rtoSeconds, actualSeconds: nil, measuredFrom: started.measuredFrom,
      verdict: .unmeasured, reason: nil, restoredWhen: started.restoredWhen,
      beforeRunSeconds: lead.time.roundedSeconds, startAssumed: lead.assumed, mtdSeconds: started.mtdSeconds)
    if let reason = whyTimeUnmeasured(started, ended: ended) {
      record.reason = reason
      return (record, nil)
    }
    guard let stop = started.restoredWhen.flatMap({ step($0)?.finishElapsed }) else {
      record.reason = "the end of the recovery is not on record"
      return (record, nil)
    }
    let actual = lead.time + stop
    record.actualSeconds = actual.roundedSeconds
    record.verdict = Double(actual.nanoseconds) <= started.rtoSeconds * 1e9 ? .met : .missed
    return (record, actual)
  }

  private func whyTimeUnmeasured(_ started: RunStarted, ended: Bool) -> String? {
    if finished?.result == .refused { return "the run was refused before anything was touched" }
    if finished?.result == .rolledBack || incidents.undoing != nil {
      return "what was restored was rolled back"
    }
    guard let id = started.restoredWhen else {
      return "no step verifies the data, so nothing stops the clock; add a VerifyIntegrity step"
    }
    guard let step = step(id) else { return "step `\(id)`, which stops the clock, is not part of the run" }
    switch step.state {
    case .succeeded: break
    case .pending, .running, .waiting:
      return ended
        ? "step `\(id)`, which stops the clock, has no end on record"
        : "step `\(id)`, which stops the clock, has not finished"
    case .failed: return "step `\(id)`, which stops the clock, failed"
    case .skipped: return "step `\(id)`, which stops the clock, was skipped"
    case .cancelled: return "step `\(id)`, which stops the clock, was cancelled"
    case .notReached: return "step `\(id)`, which stops the clock, was not reached"
    }
    let relevant = ancestors(of: id)
    for track in steps where relevant.contains(track.outline.id) {
      if let check = track.checks.first(where: { $0.state == .errored }) {
        return "check `\(check.id)` of step `\(track.outline.id)` could not run"
      }
    }
    return nil
  }
}
