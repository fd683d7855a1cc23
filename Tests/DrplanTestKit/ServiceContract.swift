public import BackendKit
import HostSystem
public import Testing
import Values

/// What every service manager must do.
///
/// A backend's test makes one over a real service that does not run yet, which prints `contract marker` when
/// it starts, and calls `holds`.
public struct ServiceContract: Sendable {
  private let manager: any ServiceManager
  private let context: ServiceContext
  private let keepsLines: Bool

  /// The contract for one service; `keepsLines` is false for a manager that knows nothing of its output.
  public init(_ manager: any ServiceManager, _ context: ServiceContext, keepsLines: Bool = true) {
    self.manager = manager
    self.context = context
    self.keepsLines = keepsLines
  }

  /// Takes the service through its life; it is stopped when this returns without an error.
  public func holds(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try #require(try await manager.state(context) == .stopped, sourceLocation: sourceLocation)
    // Stopping what does not run is done at once.
    try await manager.stop(context)

    let identity = try await manager.start(context)
    #expect(!identity.isEmpty, sourceLocation: sourceLocation)
    #expect(try await manager.state(context) == .running(identity), sourceLocation: sourceLocation)

    // Starting what runs starts no second one.
    let again = try await manager.start(context)
    #expect(again == identity, sourceLocation: sourceLocation)

    if keepsLines {
      let hasLine = await Eventually.holds { await manager.lastLines(context).contains("contract marker") }
      #expect(hasLine, "its last lines hold what it printed", sourceLocation: sourceLocation)
    }

    try await manager.stop(context)
    #expect(try await manager.state(context) == .stopped, sourceLocation: sourceLocation)

    // A service that was stopped starts again.
    _ = try await manager.start(context)
    #expect(try await manager.state(context) != .stopped, sourceLocation: sourceLocation)
    try await manager.stop(context)
    #expect(try await manager.state(context) == .stopped, sourceLocation: sourceLocation)
  }
}
