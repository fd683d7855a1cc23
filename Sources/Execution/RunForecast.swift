import Values

/// What a run is expected to take: for saying in time that the objective is at risk.
public struct RunForecast: Sendable {
  /// How long each step is expected to take, by index in the graph.
  public var expected: [Duration]
  /// How long the recovery is expected to go on after each step, by index; nil: it does not wait for that step.
  public var tail: [Duration?]
  /// How long the run may take for the objective to be met.
  public var limit: Duration
  /// The objective, and how much of it was gone when the run began.
  public var rto: Duration
  /// Whether at least one of the durations was measured.
  public var isMeasured: Bool

  /// A forecast.
  public init(
    expected: [Duration], tail: [Duration?], limit: Duration, rto: Duration, isMeasured: Bool
  ) {
    self.expected = expected
    self.tail = tail
    self.limit = limit
    self.rto = rto
    self.isMeasured = isMeasured
  }
}
