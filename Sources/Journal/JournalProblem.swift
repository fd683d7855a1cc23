/// Why a journal could not be read to its end.
public struct JournalProblem: Sendable, Equatable, CustomStringConvertible {
  /// Whether a crash explains it.
  public enum Kind: Sendable, Equatable {
    /// The last line is incomplete, as a crash in the middle of a write leaves it. What came before is intact.
    case torn
    /// A line is not what was written there.
    case broken
  }

  /// Whether a crash explains it.
  public let kind: Kind
  /// The line, from 1; its event has the number one less.
  public let line: Int
  /// What is wrong with it.
  public let detail: String

  /// The line and what is wrong with it.
  public var description: String { "line \(line): \(detail)" }
}
