public import RunEvents

/// An event that is on disk, with the line that says so.
public struct JournaledEvent: Sendable, Equatable {
  /// The event.
  public let event: RunEvent
  /// Its line, newline included, as it stands in the journal: what `--events` passes on.
  public let line: [UInt8]
}
