/// Shows text that somebody else wrote, inside a message.
public enum UserText {
  /// The text in backticks, cut after 60 characters: a message stays one readable line whatever the plan holds.
  public static func quoted(_ text: some StringProtocol) -> String {
    guard text.utf8.count > 60 else { return "`\(text)`" }
    let head = text.unicodeScalars.prefix(60)
    let isCut = head.endIndex != text.unicodeScalars.endIndex
    return "`\(String(String.UnicodeScalarView(head)))\(isCut ? "…" : "")`"
  }

  /// The text with everything escaped that could steer a terminal or hide what is written: control characters,
  /// direction overrides, invisible format characters.
  public static func harmless(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: mustEscape) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if mustEscape(scalar) { result += escaped(scalar) } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }

  /// Whether printing the character as it is could do more than show it.
  static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value < 0x20 }
    if scalar.value < 0xA0 { return true }
    switch scalar.properties.generalCategory {
    // Joiners hold emoji and some scripts together.
    case .format: return scalar.value != 0x200D && scalar.value != 0x200C
    case .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }

  /// The character as people write it down: `\n`, `\u{1B}`.
  static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
  }
}
