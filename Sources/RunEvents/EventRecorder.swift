/// Puts events on record: durable before it returns, so that no effect is performed that the record does not know.
public protocol EventRecorder: Sendable {
  /// Numbers, stamps, chains, writes and syncs each event, in order, with one sync for all; returns them as recorded.
  func record(_ bodies: [RunEvent.Body]) async throws(RecordingError) -> [RunEvent]
}

/// An event could not be put on record; the run must not perform the effect.
public struct RecordingError: Error, Sendable, CustomStringConvertible {
  /// What happened, where, and what to do.
  public let description: String

  /// A failure to record.
  public init(_ description: String) { self.description = description }
}
