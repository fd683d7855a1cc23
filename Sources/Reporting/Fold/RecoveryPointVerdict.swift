import RunEvents
import Values

extension RunRecordFold {
  /// The restored databases that count, the last restore of each from a step that succeeded; by name.
  var restoredDatabases: [(restored: RestoredDatabase, step: StepTrack)] {
    var latest: [DatabaseID: (restored: RestoredDatabase, step: StepTrack)] = [:]
    for track in steps where track.state == .succeeded && !track.outline.isFinally {
      for database in track.restored {
        if let other = latest[database.database]?.step.finishElapsed, let mine = track.finishElapsed,
          other > mine
        {
          continue
        }
        latest[database.database] = (database, track)
      }
    }
    return latest.values.sorted { $0.restored.database < $1.restored.database }
  }

  /// The recovery point: measured only if every database the plan restores was restored and nothing says that its
  /// data is not proven.
  func recoveryPoint(_ started: RunStarted) -> RecoveryPointRecord {
    var record = RecoveryPointRecord(
      objectiveSeconds: started.rpoSeconds, actualSeconds: nil, database: nil, verdict: .unmeasured,
      reason: nil,
      consistentAt: nil, disruptionAssumed: !started.disruptedGiven)
    let restored = restoredDatabases
    let worst = restored.min { $0.restored.consistentAt < $1.restored.consistentAt }?.restored
    record.database = worst?.database
    record.consistentAt = worst?.consistentAt
    if let reason = whyPointUnmeasured(started, restored) {
      record.reason = reason
      return record
    }
    guard let worst else {
      record.reason = "no database was restored"
      return record
    }
    let lost = worst.consistentAt.distance(to: started.disruptedAt)
    guard lost >= .zero else {
      record.reason =
        "the recovery point of database `\(worst.database)`, \(worst.consistentAt), lies "
        + "\(Duration.nanoseconds(-lost.nanoseconds).readable) after the disruption, \(started.disruptedAt): "
        + "clock skew, or a wrong --disrupted-at"
      return record
    }
    record.actualSeconds = lost.roundedSeconds
    record.verdict = Double(lost.nanoseconds) <= started.rpoSeconds * 1e9 ? .met : .missed
    return record
  }

  private func whyPointUnmeasured(
    _ started: RunStarted, _ restored: [(restored: RestoredDatabase, step: StepTrack)]
  ) -> String? {
    if finished?.result == .refused { return "the run was refused before anything was touched" }
    if finished?.result == .rolledBack || incidents.undoing != nil {
      return "what was restored was rolled back"
    }
    let main = steps.filter { !$0.outline.isFinally }
    let done = Set(restored.map(\.restored.database))
    for track in main {
      for database in track.outline.restores.sorted() where !done.contains(database) {
        return "database `\(database)` was not restored: step `\(track.outline.id)` \(track.state.sentence)"
      }
    }
    for (database, step) in restored {
      let name = database.database
      let again = main.first {
        $0.outline.restores.contains(name) && $0.startElapsed != nil && $0.state != .succeeded
          && ($0.finishElapsed ?? .seconds(Int64.max)) > (step.finishElapsed ?? .zero)
      }
      if let again {
        return "step `\(again.outline.id)`, which restores database `\(name)` too, \(again.state.sentence)"
      }
      guard database.verified else { return "database `\(name)` was restored and not verified" }
      let proofs = main.filter {
        $0.outline.verifies.contains(name) && $0.error?.code != ExpectedResult.skippedByMode
      }
      let proven = proofs.contains { proof in
        guard proof.state == .succeeded, let begun = proof.lastStartElapsed, let end = step.finishElapsed
        else {
          return proof.outline.id == step.outline.id && proof.state == .succeeded
        }
        return begun >= end || proof.outline.id == step.outline.id
      }
      if let proof = proofs.last, !proven {
        return proof.state == .succeeded
          ? "step `\(proof.outline.id)`, which proves database `\(name)`, ran before its restore ended"
          : "step `\(proof.outline.id)`, which proves database `\(name)`, \(proof.state.sentence)"
      }
      for proof in proofs where proof.state == .succeeded {
        if let check = proof.checks.first(where: { $0.state == .errored && $0.database == name }) {
          return "check `\(check.id)` of database `\(name)` could not run"
        }
      }
    }
    return nil
  }
}

extension StepState {
  /// What a step in this state did, after its name.
  var sentence: String {
    switch self {
    case .pending: "has not started"
    case .running: "has not finished"
    case .waiting: "waits for a person"
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .skipped: "was skipped"
    case .cancelled: "was cancelled"
    case .notReached: "was not reached"
    }
  }
}
