public import RunEvents
public import Values

/// How long one step took in one run.
public struct StepTime: Sendable, Equatable {
  /// The step.
  public let step: StepID
  /// Digest of its definition in that run.
  public let definition: SHA256Digest
  /// From its first attempt to its success.
  public let duration: Duration

  /// A measured step.
  public init(step: StepID, definition: SHA256Digest, duration: Duration) {
    self.step = step
    self.definition = definition
    self.duration = duration
  }
}

/// Reads from the events of a run how long its steps took: for guesses at the next run.
///
/// Only steps that succeeded count, and only where one process saw both their beginning and their end: in between, a
/// run that was resumed did nothing for as long as a person took. A step that ran twice counts with its last time.
public enum StepTimes {
  /// The steps that succeeded, in the order of the plan.
  public static func of(_ events: some Sequence<RunEvent>) -> [StepTime] {
    var outlines: [StepOutline] = []
    var starts: [StepID: Duration] = [:]
    var times: [StepID: Duration] = [:]
    for event in events {
      switch event.body {
      case .runStarted(let started): outlines = started.steps
      case .runResumed(let resumed):
        starts = [:]
        if let steps = resumed.steps {
          outlines = steps
          // What was measured belongs to the definitions of before.
          times = [:]
        }
      case .stepStarted(let started) where starts[started.step] == nil && started.attempt == 1:
        starts[started.step] = event.elapsed
      case .stepFinished(let finished):
        if let start = starts.removeValue(forKey: finished.step), finished.state == .succeeded {
          times[finished.step] = event.elapsed - start
        }
      default: break
      }
    }
    return outlines.compactMap { outline in
      times[outline.id].map { StepTime(step: outline.id, definition: outline.definition, duration: $0) }
    }
  }
}
