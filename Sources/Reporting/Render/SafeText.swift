import Values

/// Fits text from outside into reports.
public enum SafeText {
  /// One line for Markdown: printable, and nothing in it is markup.
  public static func markdown(_ text: String) -> String {
    var result = ""
    for character in PrintableText.line(text).unicodeScalars {
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

  /// At most `columns` of it, with `ellipsis` where something was cut.
  static func cut(_ text: String, to columns: Int, ellipsis: String) -> String {
    guard DisplayWidth.of(text) > columns else { return text }
    let room = columns - DisplayWidth.of(ellipsis)
    var result = ""
    var used = 0
    for character in text {
      used += DisplayWidth.of(String(character))
      guard used <= room else { break }
      result.append(character)
    }
    return result + ellipsis
  }
}
