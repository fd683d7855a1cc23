import RunEvents
import Values

extension RunRecordFold {
  /// What a reader should know before relying on the record, the gravest first.
  func warnings(
    _ started: RunStarted, _ first: RunEvent, _ last: RunEvent, live: Bool, chain: ChainRecord
  ) -> [String] {
    var warnings: [String] = []
    switch chain.state {
    case .unchecked, .intact: break
    case .torn: warnings.append("the journal's last line is incomplete: \(chain.detail ?? "no detail")")
    case .broken: warnings.append("the journal is not as it was written: \(chain.detail ?? "no detail")")
    }
    if let finished, let expected = expectedResult, finished.result.claimsMore(than: expected) {
      warnings.append(
        "the journal says `\(finished.result.rawValue)`, which does not follow from its steps: they add up to "
          + "`\(expected.rawValue)`")
    }
    if finished?.result.claimsRecovery == true,
      let open = steps.first(where: { !$0.outline.isFinally && !$0.state.isFinal })
    {
      warnings.append(
        "the journal says that the run recovered, and step `\(open.outline.id)` has no end on record")
    }
    if let tolerable = started.mtdSeconds, let stop = recoveryTime(started, first, ended: true).1 {
      let outage = max(.zero, started.disruptedAt.distance(to: first.time)) + stop - lead(started, first).time
      if outage.roundedSeconds > tolerable {
        warnings.append(
          "from the disruption to the end of the recovery it took \(outage.readable), over the maximum tolerable "
            + "downtime of \(Duration(recordSeconds: tolerable).objectiveText)")
      }
    }
    warnings += strangers
    if let risk = incidents.atRisk {
      let forecast = Duration(recordSeconds: risk.event.forecastSeconds).readable
      warnings.append(
        "at \(risk.at.readable) the recovery was forecast to take \(forecast), because of step `\(risk.event.step)`: over "
          + "the RTO (durations: \(risk.event.basis.lowercased()))")
    }
    if incidents.idle > .seconds(1) {
      warnings.append("nobody carried the run on for \(incidents.idle.readable); the clock kept running")
    }
    for lock in incidents.takenOver {
      warnings.append("the lock on \(lock.target) was taken over from \(lock.holder): \(lock.reason)")
    }
    for track in steps where track.watch?.passed == false {
      warnings.append(
        "a check of step `\(track.outline.id)` did not pass at the end of its watch\(track.watch?.reason.map { ": \($0)" } ?? "")"
      )
    }
    for track in steps {
      for swap in track.publications {
        if swap.state == .announced, !live {
          warnings.append(
            "step `\(swap.step)` announced the swap of database `\(swap.database)` and its end is not on record; "
              + "look at \(swap.target) and at \(swap.staging)")
        }
        if !swap.holders.isEmpty {
          warnings.append(
            "the old data of database `\(swap.database)` is still open in \(swap.holders.joined(separator: ", ")): "
              + "restart what holds it")
        }
      }
    }
    for check in steps.filter({ $0.state == .succeeded }).flatMap(\.checks)
    where check.state != .passed && check.state != .skipped {
      warnings.append("check `\(check.id)` did not pass, and its step succeeded all the same")
    }
    for track in steps {
      for notification in track.notifications where !notification.delivered {
        let why = notification.error.map { ": \($0)" } ?? ""
        warnings.append(
          "channel `\(notification.channel)` did not take a message of step `\(track.outline.id)`\(why)")
      }
    }
    for alert in incidents.notified where !alert.record.delivered {
      let why = alert.record.error.map { ": \($0)" } ?? ""
      warnings.append("channel `\(alert.record.channel)` was not told that the RTO was at risk\(why)")
    }
    for place in leftovers ?? [] where !live {
      warnings.append(
        "the drill left `\(place.path)` behind: \(place.reason); `drplan drill --cleanup` removes what can be removed"
      )
    }
    return warnings + clockWarnings(started, first, last)
  }

  private func clockWarnings(_ started: RunStarted, _ first: RunEvent, _ last: RunEvent) -> [String] {
    var warnings: [String] = []
    if lead(started, first).inFuture {
      warnings.append(
        "the instant the recovery time counts from lies after the start of the run; counted from the start instead"
      )
    }
    for (database, _) in restoredDatabases where database.consistentAt > started.disruptedAt {
      warnings.append(
        "the recovery point of database `\(database.database)`, \(database.consistentAt), lies after the disruption, "
          + "\(started.disruptedAt)")
    }
    let drift = first.time.distance(to: last.time) - last.elapsed
    if drift > .seconds(2) || drift < .seconds(-2) {
      warnings.append(
        "the wall clock moved by \(drift.readable) against the monotonic clock during the run; elapsed times are "
          + "not affected, instants are")
    }
    return warnings
  }
}

extension RunResult {
  fileprivate var claimsRecovery: Bool { self == .recovered || self == .recoveredWithExceptions }

  /// Whether this is better news than what the steps add up to.
  fileprivate func claimsMore(than expected: RunResult) -> Bool {
    switch (self, expected) {
    case (.recovered, .recovered), (.recoveredWithExceptions, .recoveredWithExceptions): false
    case (.recoveredWithExceptions, .recovered): false
    case (.recovered, _), (.recoveredWithExceptions, _): true
    default: false
    }
  }
}
