/// A place in a text: line and column, both from 1; columns count Unicode code points, as editors and libyaml do.
public struct SourcePosition: Hashable, Comparable, Sendable {
  /// The line, from 1.
  public var line: Int32
  /// The column in code points, from 1.
  public var column: Int32

  /// The given place.
  public init(line: Int, column: Int) {
    self.line = Int32(clamping: line)
    self.column = Int32(clamping: column)
  }

  /// Earlier in the text comes first.
  public static func < (left: Self, right: Self) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// A stretch of a text, from `start` up to but without `end`.
public struct SourceRange: Hashable, Sendable {
  /// The first position.
  public var start: SourcePosition
  /// The position after the last.
  public var end: SourcePosition

  /// The stretch between two positions.
  public init(start: SourcePosition, end: SourcePosition) {
    self.start = start
    self.end = end
  }

  /// The very beginning of a text: for findings about a file as a whole.
  public static let beginning = SourceRange(
    start: SourcePosition(line: 1, column: 1), end: SourcePosition(line: 1, column: 1))
}
