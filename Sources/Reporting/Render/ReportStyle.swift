import Values

/// How a report is drawn: what the place it is printed to can show.
public struct ReportStyle: Sendable, Equatable {
  /// Columns; lines are cut or wrapped to it where their content allows, never below 40.
  public var width: Int
  /// Whether colours may be used; nothing is said by colour alone.
  public var color: Bool
  /// Whether only ASCII may be printed; other characters are then written as `\u{...}`.
  public var ascii: Bool

  /// A style; without arguments that of a pipe.
  public init(width: Int = 100, color: Bool = false, ascii: Bool = false) {
    self.width = max(40, width)
    self.color = color
    self.ascii = ascii
  }
}

/// What a colour means.
enum Tone {
  case plain, good, bad, doubtful, faint, strong

  var code: String? {
    switch self {
    case .plain: nil
    case .good: "32"
    case .bad: "31"
    case .doubtful: "33"
    case .faint: "2"
    case .strong: "1"
    }
  }
}

extension ReportStyle {
  /// `text`, already safe, in the colour of `tone`.
  func paint(_ text: String, _ tone: Tone) -> String {
    guard color, let code = tone.code, !text.isEmpty else { return text }
    return "\u{1b}[\(code)m\(text)\u{1b}[0m"
  }

  /// Text from outside, made safe for a terminal.
  func safe(_ text: String) -> String { PrintableText.line(text, ascii: ascii) }

  var ellipsis: String { ascii ? "..." : "…" }
}
