public import RunEvents
public import Values

/// Says from the states of the main steps how a run ends: what `${run.result}` is while `finally` runs, and what a
/// journal's last event is held against.
public enum ExpectedResult {
  /// The code of the error with which a step that does not belong to the run's mode is skipped; such a step is no
  /// exception.
  public static let skippedByMode = "SkippedByMode"
  /// The code of the error with which a step that a person left out is skipped; such a step is an exception.
  public static let skippedByOperator = "SkippedByOperator"

  /// The code of the error with which a step is skipped that only repairs, when nothing was to repair.
  public static let repairNotNeeded = "RepairNotNeeded"

  /// The result once every main step is final; nil before.
  ///
  /// `interrupted`: whether an interrupt ended the main part, which wins over all. A failure under `Abort` makes the
  /// run `Failed`, one under `Pause` makes it wait. A run whose `restoredWhen` step did not succeed has not
  /// recovered, whatever the policies say; nor, where no step proves the recovery, one with a restore that did not
  /// succeed. Otherwise any step that failed, was cancelled, was not reached, or was skipped by a person is an
  /// exception.
  public static func of(
    _ steps: [(outline: StepOutline, state: StepState, error: StepError?)], restoredWhen: StepID?,
    interrupted: Bool
  ) -> RunResult? {
    let main = steps.filter { !$0.outline.isFinally }
    guard main.allSatisfy({ $0.state.isFinal }) else { return nil }
    if interrupted { return .interrupted }
    let failed = main.filter { $0.state == .failed }
    if failed.contains(where: { $0.outline.onFailure == .abort || $0.outline.onFailure == .rollback }) {
      return .failed
    }
    if failed.contains(where: { $0.outline.onFailure == .pause }) { return .waiting }
    if let restoredWhen {
      if main.contains(where: { $0.outline.id == restoredWhen && $0.state != .succeeded }) { return .failed }
    } else if main.contains(where: {
      !$0.outline.restores.isEmpty && $0.state != .succeeded && $0.state != .skipped
    }) {
      return .failed
    }
    let exceptions = main.contains {
      $0.state != .succeeded
        && !($0.state == .skipped && [skippedByMode, repairNotNeeded].contains($0.error?.code))
    }
    return exceptions ? .recoveredWithExceptions : .recovered
  }
}

extension RunRecordFold {
  /// What the main steps add up to; nil while one of them is not final.
  var expectedResult: RunResult? {
    guard let started else { return nil }
    if incidents.undoing != nil {
      let isBack = steps.allSatisfy { track in
        switch track.undone?.state {
        // What has no way back was known not to have one.
        case .undone, .nothingToUndo, .notUndone: true
        case .unwound, .failed: false
        case nil: track.outline.isFinally || track.attempts == 0
        }
      }
      return isBack ? .rolledBack : .failed
    }
    let result = ExpectedResult.of(
      steps.map { ($0.outline, $0.state, $0.error) }, restoredWhen: started.restoredWhen,
      interrupted: cause == .interrupted)
    guard result == .recovered || result == .recoveredWithExceptions else { return result }
    // A person's word is no proof, and what a watch found is an exception.
    if let proof = started.restoredWhen, step(proof)?.isAssumed == true { return .failed }
    return steps.contains { $0.isAssumed || $0.watch?.passed == false } ? .recoveredWithExceptions : result
  }
}
