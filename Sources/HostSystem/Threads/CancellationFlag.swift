import Synchronization

/// A flag that one side raises and blocking work on another thread looks at between its steps.
public final class CancellationFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  /// A flag not yet raised.
  public init() {}

  /// Raises the flag, for good.
  public func cancel() { raised.store(true, ordering: .releasing) }

  /// Whether the flag was raised.
  public var isCancelled: Bool { raised.load(ordering: .acquiring) }
}
