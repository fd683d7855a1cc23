/// The few JSON texts that SQLite does not write for us.
enum JSONText {
  /// `{"error": "…"}` with the text escaped.
  static func error(_ message: String) -> String { "{\"error\":\(quoted(message))}" }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u00\(hex.count == 1 ? "0" : "")\(hex)"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
