import Values

/// How long a step is taken to last, and how that is known.
public struct StepDuration: Sendable, Equatable {
  /// How it is known, the best first.
  public enum Basis: Sendable, Equatable {
    /// Measured in that many earlier runs of the very same step.
    case history(runs: Int)
    /// Measured in that many earlier runs of a step of this name that was defined otherwise.
    case earlierDefinition(runs: Int)
    /// The plan says so: the step's `estimate`.
    case estimate
    /// Nobody says: a tenth of the step's timeout is as good a guess as any.
    case assumed
  }

  /// How long it is expected to take.
  public var expected: Duration
  /// How long it takes on a bad day, and still succeeds.
  public var worst: Duration
  /// How both are known.
  public var basis: Basis
  /// What was measured, the shortest first; empty when nothing was.
  public var measured: [Duration]

  /// A duration with what it rests on.
  public init(expected: Duration, worst: Duration, basis: Basis, measured: [Duration] = []) {
    self.expected = expected
    self.worst = worst
    self.basis = basis
    self.measured = measured
  }

  /// Whether it was measured.
  public var isMeasured: Bool {
    switch basis {
    case .history, .earlierDefinition: true
    case .estimate, .assumed: false
    }
  }
}

extension StepDuration.Basis {
  /// For records that machines read: `History`, `EarlierDefinition`, `Estimate`, `Assumed`.
  public var name: String {
    switch self {
    case .history: "History"
    case .earlierDefinition: "EarlierDefinition"
    case .estimate: "Estimate"
    case .assumed: "Assumed"
    }
  }

  /// In how many runs it was measured; none for a guess.
  public var runs: Int {
    switch self {
    case .history(let runs), .earlierDefinition(let runs): runs
    case .estimate, .assumed: 0
    }
  }
}
