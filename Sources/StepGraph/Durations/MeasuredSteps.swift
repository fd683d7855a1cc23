public import Values

/// How long steps took in earlier runs of a plan: only those that succeeded, by name and definition.
public struct MeasuredSteps: Sendable, Equatable {
  /// How long one version of a step took, once for each run.
  private var times: [StepID: [SHA256Digest: [Duration]]] = [:]
  /// How many runs were looked at.
  public private(set) var runs = 0

  /// Nothing measured.
  public init() {}

  /// Counts a run; what its steps took is told by `add`.
  public mutating func addRun() { runs += 1 }

  /// A step took that long in one run; the newest run first.
  public mutating func add(_ step: StepID, definition: SHA256Digest, took duration: Duration) {
    times[step, default: [:]][definition, default: []].append(duration)
  }

  /// What the very same step took, the shortest first.
  public func times(of step: StepID, definition: SHA256Digest) -> [Duration] {
    times[step]?[definition]?.sorted() ?? []
  }

  /// What steps of that name and any other definition took, the shortest first.
  public func otherTimes(of step: StepID, than definition: SHA256Digest) -> [Duration] {
    (times[step] ?? [:]).filter { $0.key != definition }.flatMap(\.value).sorted()
  }

  /// Whether anything is known of a step of that name: asked first, because a definition costs a digest.
  public func knows(_ step: StepID) -> Bool { times[step] != nil }
}
