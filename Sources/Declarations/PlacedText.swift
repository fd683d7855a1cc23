public import Diagnostics
import PlanSyntax

/// A text with the place where it stands, for names that are resolved after loading.
public struct PlacedText: Sendable, Hashable {
  /// As written.
  public let text: String
  /// Where.
  public let range: SourceRange
}

extension ValueType where Value == PlacedText {
  /// A text that keeps its place; `noun` says what it is.
  public static func placed(_ noun: String) -> ValueType<PlacedText> {
    ValueType<String>.text.map(noun) { text, node, _ in PlacedText(text: text, range: node.range) }
  }
}
