import Values

/// What can go wrong with one step.
public enum Fault: String, Sendable, CaseIterable, Comparable {
  /// Every attempt of it fails.
  case fails
  /// It goes on for ever, until it is told to stop.
  case hangs
  /// It takes many times as long as expected.
  case slow
  /// drplan dies half-way through it, and a person goes on with the run after a while.
  case dies

  /// In the order of `allCases`.
  public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .fails: 0
    case .hangs: 1
    case .slow: 2
    case .dies: 3
    }
  }
}

/// A run in which one thing went wrong with one step.
public struct FaultOutcome: Sendable {
  /// The step, by index.
  public let step: Int
  /// What went wrong.
  public let fault: Fault
  /// The run.
  public let run: SimulatedRun
  /// From when on the fault showed.
  public let faultAt: Duration
  /// Whether the recovery time objective is still within reach.
  public let outlook: Outlook

  /// Who was told after it showed.
  public var toldAfter: [ToldStep] { run.told.filter { $0.at >= faultAt } }
}

/// Whether the recovery time objective is within reach when a run is over.
public enum Outlook: Sendable, Equatable {
  /// It was met.
  case met
  /// Recovered too late.
  case missed
  /// Not recovered: it can still be met if a person goes on with the run, the fault mended, within that time.
  case open(Duration)
  /// Not recovered, and even going on at once is too late.
  case lost
  /// No step stops the clock.
  case unmeasured

  /// For records that machines read.
  public var name: String {
    switch self {
    case .met: "Met"
    case .missed: "Missed"
    case .open: "Open"
    case .lost: "Lost"
    case .unmeasured: "Unmeasured"
    }
  }
}
