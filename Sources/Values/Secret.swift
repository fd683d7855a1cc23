/// A value that must never be shown: its only printed form is `***`.
///
/// It is not `Codable`, so it cannot enter an event, a report or a record by accident. `reveal` is for the one call
/// that hands it to the system that needs it.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let value: String

  /// Wraps a value just resolved.
  public init(_ value: String) { self.value = value }

  /// For people.
  public var description: String { "***" }
  /// For people.
  public var debugDescription: String { "***" }
  /// Hides the value from `dump` and from string interpolation of values that hold a secret.
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// Hands the value to `use`, which must pass it on by file, environment or memory, never by argument vector, log
  /// or error text.
  public func reveal<Result, Failure>(_ use: (String) throws(Failure) -> Result) throws(Failure) -> Result {
    try use(value)
  }
}
