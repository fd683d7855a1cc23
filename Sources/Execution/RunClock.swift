/// The time of a run: since it began, never set back; a virtual one makes a run a simulation.
public protocol RunClock: Sendable {
  /// How long the run has lasted.
  func now() -> Duration

  /// Returns when the run has lasted that long, at once if it already has; throws as soon as its task is cancelled.
  func sleep(until instant: Duration) async throws(CancellationError)
}
