/// The one table of exit codes, documented in `docs/exit-codes.md`.
public enum ExitCode: Int32, Sendable, CaseIterable, Codable {
  /// Done; for a run: recovered, every required check passed, objectives met.
  case done = 0
  /// Failed.
  case failed = 1
  /// Wrong usage, invalid plan, or refused before anything was touched.
  case refused = 2
  /// Recovered, but an objective was missed or could not be measured.
  case objectiveNotMet = 3
  /// Recovered with exceptions: a step was skipped, or failed under `Continue`.
  case exceptions = 4
  /// Waiting for a person.
  case waiting = 5
  /// Locked by another run.
  case locked = 11
  /// A defect in drplan itself.
  case defect = 70
  /// Interrupted by Ctrl-C.
  case interrupted = 130
  /// Ended by SIGTERM.
  case terminated = 143
}
