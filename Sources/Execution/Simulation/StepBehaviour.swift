/// What a step does in a simulated run.
public enum StepBehaviour: Sendable, Equatable {
  /// Takes that long and succeeds; an attempt that is told to stop before that stops at once.
  case takes(Duration)
  /// Takes as long as it may and just succeeds: all attempts but the last run into their limit.
  case takesAllItMay
  /// Each attempt takes that long and fails in a way that may pass.
  case fails(after: Duration)
  /// Each attempt goes on until it is told to stop, and then stops.
  case hangs
  /// drplan dies that long into the first attempt; a later attempt takes `duration` and succeeds.
  case dies(after: Duration, duration: Duration)
}
