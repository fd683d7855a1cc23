import Diagnostics
import PlanSyntax
import Values

/// One value as a plan expects it of something that answers in text: a number where it is written as a plain number,
/// else text.
public enum ScalarValue: Sendable, Equatable {
  /// A number, as written.
  case number(String)
  /// Text, compared byte for byte.
  case text(String)

  /// As written, without quotes.
  public var text: String {
    switch self {
    case .number(let text), .text(let text): text
    }
  }

  /// Whether an answer is this value: numbers by their value, `10` equals `10.0`; text exactly.
  public func isEqual(to answer: String) -> Bool {
    switch self {
    case .text(let text): text == answer && text.utf8.elementsEqual(answer.utf8)
    case .number(let text): Self.compare(answer, text) == .some(0)
    }
  }

  /// -1, 0 or 1 as the left number is smaller than, equal to or larger than the right one; nil when one is no number.
  ///
  /// Whole numbers of 64 bits are compared exactly, others as floating numbers.
  public static func compare(_ left: String, _ right: String) -> Int? {
    guard isNumber(left), isNumber(right) else { return nil }
    if let left = Int64(left), let right = Int64(right) { return left == right ? 0 : (left < right ? -1 : 1) }
    guard let left = Double(left), let right = Double(right) else { return nil }
    return left == right ? 0 : (left < right ? -1 : 1)
  }

  /// Whether the text is a number as YAML and people write it: no `inf`, no `0x10`.
  public static func isNumber(_ text: String) -> Bool {
    text.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
      && Double(text)?.isFinite == true
  }
}

extension ValueType where Value == ScalarValue {
  /// A number or a text.
  public static var scalar: ValueType<ScalarValue> {
    ValueType<ScalarValue>("a number or a text", schema: ["type": ["number", "string"]]) { node, decoding in
      if case .scalar(let text, .plain) = node.content, ScalarValue.isNumber(text) { return .number(text) }
      return ValueType<String>.text.read(node, &decoding).map { .text($0) }
    }
  }

  /// A number, whole or with decimals, of either sign.
  public static var number: ValueType<ScalarValue> {
    ValueType<ScalarValue>("a number", schema: ["type": "number"]) { node, decoding in
      guard case .scalar(let text, .plain) = node.content, ScalarValue.isNumber(text) else {
        decoding.reportMismatch(node, expected: "a number")
        return nil
      }
      return .number(text)
    }
  }
}
