import Declarations
import Diagnostics

/// A regular expression of a plan, known to be well-formed.
///
/// Swift's syntax, which is that of PCRE as far as plans need it; found anywhere in the text unless anchored with `^`
/// and `$`; works on Unicode scalars. Only the first 64 KiB of a text are searched, so that a pattern that backtracks
/// without end does so over little.
struct TextPattern: Sendable, Equatable {
  /// As written.
  let source: String

  /// Nil when `source` is not a regular expression.
  init?(_ source: String) {
    // Why it is none is told to nobody: the plan's reader says what was expected.
    guard (try? Regex(source)) != nil else { return nil }
    self.source = source
  }

  /// Whether the pattern is found in `text`.
  ///
  /// May take long: not for the cooperative pool.
  func isFound(in text: String) -> Bool {
    // A compiled pattern is not Sendable, so it is made again where it is used; `init` has seen that it compiles.
    guard let regex = try? Regex(source) else { return false }
    let limit = 64 << 10
    let searched = text.utf8.count <= limit ? text : String(decoding: text.utf8.prefix(limit), as: UTF8.self)
    return searched.firstMatch(of: regex.matchingSemantics(.unicodeScalar)) != nil
  }
}

extension ValueType where Value == TextPattern {
  /// A regular expression.
  static var pattern: ValueType<TextPattern> {
    ValueType<String>.text.narrowed("a regular expression") { (text) throws(Refusal) in
      guard let pattern = TextPattern(text) else {
        throw Refusal(
          .badValue, "`\(text)` is not a regular expression",
          hint: "a character such as `(` or `[` that stands for itself needs a backslash before it")
      }
      return pattern
    }
  }
}
