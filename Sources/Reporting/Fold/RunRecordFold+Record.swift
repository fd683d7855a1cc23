import RunEvents
import Values

extension RunRecordFold {
  /// The record as the events so far give it; nil before the run's first event.
  ///
  /// `now` is the time since the first event in a run that still goes on. Without it the events are all there are: a
  /// run without its last event was interrupted, because its journal ends before it does.
  public func record(now: Duration? = nil, chain: ChainRecord = .unchecked) -> RunRecord? {
    guard let started, let first, let last else { return nil }
    let live = finished == nil && now != nil
    let elapsed = finished == nil ? max(now ?? last.elapsed, last.elapsed) : finishedElapsed ?? last.elapsed
    let (time, actual) = recoveryTime(started, first, ended: !live)
    let objectives = ObjectiveRecords(rto: time, rpo: recoveryPoint(started))
    let outcome: RunOutcome =
      if let finished { .ended(finished.result) } else { live ? .running : .ended(.interrupted) }
    let signal = finished?.signal ?? (outcome == .ended(.interrupted) ? interrupt?.signal : nil)
    let phases = phases(started, first, actual: actual, elapsed: elapsed)
    let path = Set(phases.criticalPath)
    var exitCode = outcome.exitCode(objectives: objectives, signal: signal)
    // All went well but for what stands about now: somebody has to see to it.
    if exitCode == .done, leftovers?.isEmpty == false { exitCode = .exceptions }
    return RunRecord(
      run: first.run, plan: first.plan, title: started.title, owner: started.owner, mode: started.mode,
      result: outcome, reason: reason(live: live),
      exitCode: exitCode?.rawValue, signal: signal,
      objectives: objectives, databases: databases,
      steps: steps.map { $0.record(now: elapsed, onCriticalPath: path.contains($0.outline.id)) },
      checks: steps.flatMap { track in track.checks.map { RunCheckRecord(track.outline.id, $0) } },
      publications: steps.flatMap(\.publications), services: services,
      notifications: steps.flatMap { track in
        track.notifications.map {
          RunNotificationRecord(
            step: track.outline.id, channel: $0.channel, delivered: $0.delivered, error: $0.error)
        }
      } + alerts,
      phases: phases, warnings: warnings(started, first, last, live: live, chain: chain),
      startedAt: first.time, finishedAt: finishedAt, seconds: elapsed.roundedSeconds,
      declaredAt: started.declaredAt, declaredGiven: started.declaredGiven, disruptedAt: started.disruptedAt,
      disruptedGiven: started.disruptedGiven, params: started.params, tool: started.tool,
      planDigest: started.planDigest, planFile: started.planFile, user: started.user, host: started.host,
      events: eventCount, chain: chain, resumptions: incidents.resumptions,
      idleSeconds: incidents.idle.roundedSeconds, rollback: incidents.undoing,
      isCommitted: !incidents.commits.isEmpty,
      atRisk: incidents.atRisk.map {
        AtRiskRecord(
          time: $0.at, forecastSeconds: $0.event.forecastSeconds, step: $0.event.step, basis: $0.event.basis)
      }, takenOver: incidents.takenOver, leftovers: live ? nil : leftovers)
  }

  /// What channels were told beside the steps: of the step because of which.
  private var alerts: [RunNotificationRecord] {
    guard let risk = incidents.atRisk else { return [] }
    return incidents.notified.map {
      RunNotificationRecord(
        step: risk.event.step, channel: $0.record.channel, delivered: $0.record.delivered,
        error: $0.record.error)
    }
  }

  /// What a drill left behind; nil for a run that is none.
  var leftovers: [LeftoverRecord]? {
    guard started?.mode == .drill else { return nil }
    return drillPlaces.map {
      LeftoverRecord(
        database: $0.database, path: $0.path, bytes: $0.bytes,
        reason: $0.error ?? "its removal is not on record")
    }
  }

  private func reason(live: Bool) -> String? {
    if let finished { return finished.reason }
    return live ? nil : "the journal ends before the run does"
  }

  private var databases: [DatabaseRecord] {
    var records: [DatabaseRecord] = []
    for track in steps {
      for database in track.restored {
        records.append(
          DatabaseRecord(
            name: database.database, step: track.outline.id, snapshot: database.snapshot,
            consistentAt: database.consistentAt, bytes: database.bytes, files: database.files,
            verified: database.verified))
      }
    }
    return records.sorted { ($0.name.text, $0.step.text) < ($1.name.text, $1.step.text) }
  }

  /// The last state of each service, by name.
  private var services: [RunServiceRecord] {
    var latest: [ServiceID: (record: RunServiceRecord, at: Duration)] = [:]
    for track in steps {
      let at = track.finishElapsed ?? track.startElapsed ?? .zero
      for service in track.services where latest[service.service].map({ $0.at <= at }) ?? true {
        let record = RunServiceRecord(
          step: track.outline.id, service: service.service, state: service.state, detail: service.detail)
        latest[service.service] = (record, at)
      }
    }
    return latest.values.map(\.record).sorted { $0.service < $1.service }
  }

  private func phases(
    _ started: RunStarted, _ first: RunEvent, actual: Duration?, elapsed: Duration
  ) -> PhaseRecords {
    let lead = lead(started, first).time
    let main = steps.filter { !$0.outline.isFinally && $0.startElapsed != nil }
    let shares: PhaseShares
    if let actual {
      shares = PhaseShares(fold: self, last: started.restoredWhen, until: actual - lead, lead: lead)
    } else {
      let latest = main.max { ($0.finishElapsed ?? elapsed) < ($1.finishElapsed ?? elapsed) }
      shares = PhaseShares(
        fold: self, last: latest?.outline.id, until: latest.map { $0.finishElapsed ?? elapsed } ?? .zero,
        lead: lead)
    }
    return PhaseRecords(
      basis: actual == nil ? .elapsed : .recoveryTime, seconds: shares.whole.roundedSeconds,
      shares: shares.records, criticalPath: shares.path)
  }
}

extension RunCheckRecord {
  fileprivate init(_ step: StepID, _ check: CheckRecord) {
    self.init(
      step: step, id: check.id, type: check.type, database: check.database, state: check.state,
      expected: check.expected, actual: check.actual, seconds: check.seconds)
  }
}

extension StepTrack {
  fileprivate func record(now: Duration, onCriticalPath: Bool) -> StepRecord {
    StepRecord(
      id: outline.id, action: outline.action, title: outline.title, phase: outline.phase, state: state,
      attempts: attempts, startedAt: startedAt, finishedAt: finishedAt,
      seconds: duration(now: now)?.roundedSeconds, startSeconds: startElapsed?.roundedSeconds,
      outputs: outputs,
      error: error, retries: retries, notes: notes, onFailure: outline.onFailure,
      isFinally: outline.isFinally,
      onCriticalPath: onCriticalPath, undone: undone, watch: watch, story: story, approvals: approvals)
  }
}
