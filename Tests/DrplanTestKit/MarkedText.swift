public import Diagnostics

/// A text with places marked in it: `rto: 1️⃣15m2️⃣` is `rto: 15m` with two places.
///
/// Tests say where something stands by pointing at it instead of counting columns.
public struct MarkedText: Sendable {
  /// The text without the marks.
  public let text: String
  /// Each mark's place.
  private let positions: [Character: SourcePosition]

  /// Takes the marks `0️⃣` to `9️⃣` out of `marked`.
  public init(_ marked: String) {
    var text = ""
    var positions: [Character: SourcePosition] = [:]
    var line = 1
    var column = 1
    for character in marked {
      if character.unicodeScalars.last == "\u{20E3}" {
        positions[character] = SourcePosition(line: line, column: column)
        continue
      }
      text.append(character)
      if character == "\n" || character == "\r" || character == "\r\n" {
        line += 1
        column = 1
      } else {
        column += character.unicodeScalars.count
      }
    }
    self.text = text
    self.positions = positions
  }

  /// The bytes of the text.
  public var bytes: [UInt8] { Array(text.utf8) }

  /// Where a mark stood; 0:0, which no place is, for one that is not in the text.
  public subscript(mark: Character) -> SourcePosition {
    positions[mark] ?? SourcePosition(line: 0, column: 0)
  }

  /// The stretch from one mark to another.
  public subscript(start: Character, end: Character) -> SourceRange {
    SourceRange(start: self[start], end: self[end])
  }
}
