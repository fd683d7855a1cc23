public import Values

/// The steps of the run are about to be undone, the last first.
public struct UndoStarted: Sendable, Codable, Equatable {
  /// Why: the step that failed under `Rollback`, or who asked.
  public var reason: String
  /// The steps to undo, in the order in which that happens.
  public var steps: [StepID]

  /// The beginning of a rollback.
  public init(reason: String, steps: [StepID]) {
    self.reason = reason
    self.steps = steps
  }
}

/// What became of undoing one step.
public struct StepUndone: Sendable, Codable, Equatable {
  /// What became of it.
  public enum State: String, Sendable, Codable {
    /// What the step changed is as it was before, and that was verified.
    case undone = "Undone"
    /// The step had changed nothing.
    case nothingToUndo = "NothingToUndo"
    /// Set back as far as needed for the steps before it; it is completed when those are undone.
    case unwound = "Unwound"
    /// It could not be undone.
    case failed = "Failed"
    /// It has no way back, or a step that it needs undone first has not been.
    case notUndone = "NotUndone"
  }

  /// The step.
  public var step: StepID
  /// What became of it.
  public var state: State
  /// What stands where now.
  public var detail: String
  /// Why it failed.
  public var error: StepError?

  /// The end of undoing a step.
  public init(step: StepID, state: State, detail: String, error: StepError? = nil) {
    self.step = step
    self.state = state
    self.detail = detail
    self.error = error
  }
}

/// What a run had kept to be able to go back was let go of.
public struct RunCommitted: Sendable, Codable, Equatable {
  /// Operating system user that decided.
  public var user: String
  /// Paths about to be removed.
  public var removed: [String]

  /// The end of a way back.
  public init(user: String, removed: [String]) {
    self.user = user
    self.removed = removed
  }
}
