/// Makes text from outside harmless where it is printed: plans, titles, errors and outputs may hold escape sequences,
/// line breaks or characters that turn the reading direction round.
public enum PrintableText {
  /// One line in which nothing can steer a terminal or hide what is written: such characters become `\n`, `\t`,
  /// `\u{1b}`; with `ascii` everything beyond ASCII does too.
  public static func line(_ text: String, ascii: Bool = false) -> String {
    func mustWriteOut(_ scalar: Unicode.Scalar) -> Bool { isUnsafe(scalar) || ascii && !scalar.isASCII }
    guard text.unicodeScalars.contains(where: mustWriteOut) else { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if mustWriteOut(scalar) { result += writtenOut(scalar) } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }

  /// Whether printing the character as it is could do more than show it: control, direction and invisible format
  /// characters, other line breaks, and what no font of the reader may know.
  public static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7f { return scalar.value < 0x20 }
    switch scalar.properties.generalCategory {
    // Joiners hold emoji and some scripts together.
    case .format: return scalar.value != 0x200c && scalar.value != 0x200d
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return true
    default: return false
    }
  }

  /// The character as people write it down: `\n`, `\u{1b}`.
  public static func writtenOut(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{\(String(scalar.value, radix: 16))}"
    }
  }
}
