/// Makes text from outside harmless where it is printed: titles, errors and outputs may hold escape sequences,
/// line breaks or characters that turn the reading direction round.
public enum SafeText {
  /// One line: control, format and direction characters become `\n`, `\t`, `\u{1b}`; with `ascii` everything
  /// beyond ASCII does too.
  public static func line(_ text: String, ascii: Bool = false) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if isUnsafe(scalar) || ascii && !scalar.isASCII {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  /// One line for Markdown: as `line`, and nothing in it is markup.
  public static func markdown(_ text: String) -> String {
    var result = ""
    for character in line(text).unicodeScalars {
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\\", "`", "*", "_", "[", "]", "#", "!", "|", "~":
        result += "\\"
        result.unicodeScalars.append(character)
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// How many columns a terminal needs for text that is already safe.
  static func width(_ text: String) -> Int {
    var columns = 0
    for scalar in text.unicodeScalars {
      if scalar.isASCII {
        columns += 1
        continue
      }
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format: continue
      default: columns += isWide(scalar.value) ? 2 : 1
      }
    }
    return columns
  }

  /// At most `columns` of it, with `ellipsis` where something was cut.
  static func cut(_ text: String, to columns: Int, ellipsis: String) -> String {
    guard width(text) > columns else { return text }
    let room = columns - width(ellipsis)
    var result = ""
    var used = 0
    for character in text {
      used += width(String(character))
      guard used <= room else { break }
      result.append(character)
    }
    return result + ellipsis
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
    default: false
    }
  }

  /// East Asian wide and emoji blocks: close enough for aligning a table.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
      true
    default: false
    }
  }
}
