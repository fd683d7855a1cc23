/// How a run is carried out, as far as the plan leaves it open.
public struct ExecutionOptions: Sendable {
  /// How many steps run at once at most; at least one does.
  public var parallelism: Int
  /// Steps that a person left out, by index in the graph, each with why: `left out by --skip`.
  ///
  /// The steps that need them start all the same; the run is recovered with exceptions at best.
  public var excluded: [Int: String]
  /// What the run is expected to take; nil: it is never said to be at risk.
  public var forecast: RunForecast?
  /// How long a step that was told to stop may take to do so, before the run goes on without it.
  public var cancelGrace: Duration

  /// The usual: eight at once, nothing left out, half a minute to stop.
  public init(parallelism: Int = 8, excluded: [Int: String] = [:], cancelGrace: Duration = .seconds(30)) {
    self.parallelism = parallelism
    self.excluded = excluded
    self.cancelGrace = cancelGrace
  }
}
