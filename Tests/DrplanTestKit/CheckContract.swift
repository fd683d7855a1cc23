public import BackendKit
public import Testing

/// What every check must do.
///
/// A backend's test gives the same check in three situations and calls `holds`.
public struct CheckContract: Sendable {
  private let check: any IntegrityCheck
  private let right: StepContext
  private let wrong: StepContext
  private let impossible: StepContext?

  /// The contract for one check.
  ///
  /// - Parameters:
  ///   - right: a situation in which what is expected is there.
  ///   - wrong: one in which something else is there.
  ///   - impossible: one in which nothing can be found out; nil where there is none.
  public init(
    _ check: any IntegrityCheck, right: StepContext, wrong: StepContext, impossible: StepContext?
  ) {
    self.check = check
    self.right = right
    self.wrong = wrong
    self.impossible = impossible
  }

  /// Makes the check in each situation, twice where it can be: it must change nothing that it looks at.
  public func holds(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let first = try await check.run(right)
    #expect(first.passed, "passes: \(first)", sourceLocation: sourceLocation)
    #expect(try await check.run(right).passed, "passes again", sourceLocation: sourceLocation)
    #expect(!first.expected.isEmpty && !first.actual.isEmpty, sourceLocation: sourceLocation)

    let second = try await check.run(wrong)
    #expect(!second.passed, "fails: \(second)", sourceLocation: sourceLocation)
    #expect(second.expected == first.expected, "expects the same everywhere", sourceLocation: sourceLocation)
    #expect(second.actual != first.actual, "says what it found", sourceLocation: sourceLocation)

    guard let impossible else { return }
    // What could not be found out is a failure of the check, not an outcome.
    await #expect(throws: StepFailure.self, sourceLocation: sourceLocation) {
      try await check.run(impossible)
    }
  }
}
