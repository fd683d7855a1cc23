package import RunEvents

/// With what a run goes on.
package struct RunContinuation: Sendable {
  /// The event that says so.
  package var resumed: RunResumed
  /// What a person decided about steps, to be put on record.
  package var decisions: [StepDecided]
  /// What each step begins with, by index.
  package var steps: [CarriedStep]
  /// Why everything is undone; nil when the run goes forward.
  package var undoing: String?
  /// Whether the objective was reported at risk before.
  package var wasAtRisk: Bool

  /// All of it.
  package init(
    resumed: RunResumed, decisions: [StepDecided] = [], steps: [CarriedStep], undoing: String? = nil,
    wasAtRisk: Bool = false
  ) {
    self.resumed = resumed
    self.decisions = decisions
    self.steps = steps
    self.undoing = undoing
    self.wasAtRisk = wasAtRisk
  }
}
