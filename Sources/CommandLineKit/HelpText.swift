/// The help of a command: what it does and lines to copy first.
public enum HelpText {
  /// The help of the last command of `path`, wrapped at `width` columns.
  public static func text(for path: [CommandDeclaration], width: Int) -> String {
    guard let command = path.last else { return "" }
    var lines = TextWrap.lines(command.summary.sentence, width: width)
    lines += ["", "Usage: \(usage(of: path))"]
    if !command.examples.isEmpty {
      lines += ["", "Examples:"]
      for example in command.examples { lines += ["  \(example.line)", "      \(example.summary)"] }
    }
    if !command.discussion.isEmpty {
      for paragraph in command.discussion.split(separator: "\n\n") {
        lines.append("")
        lines += TextWrap.lines(String(paragraph), width: width)
      }
    }
    lines += section("Commands:", command.subcommands.map { ($0.name, $0.summary) }, width)
    lines += section("Arguments:", command.arguments.map { (shown($0), $0.summary) }, width)
    lines += section("Options:", (command.options + [Self.help]).map { (shown($0), described($0)) }, width)
    if !command.subcommands.isEmpty {
      lines += ["", "`\(CommandParser.name(of: path)) COMMAND --help` tells more about a command."]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One line: how the command is called.
  public static func usage(of path: [CommandDeclaration]) -> String {
    guard let command = path.last else { return "" }
    var words = [CommandParser.name(of: path)]
    if !command.subcommands.isEmpty { words.append("COMMAND") }
    if !command.options.isEmpty { words.append("[OPTIONS]") }
    words += command.arguments.map(shown)
    return words.joined(separator: " ")
  }

  static func shown(_ argument: Argument) -> String {
    switch argument.count {
    case .one: argument.name
    case .optional: "[\(argument.name)]"
    case .many: "\(argument.name)..."
    case .any: "[\(argument.name)...]"
    }
  }

  static func shown(_ option: Option) -> String {
    let letter = option.letter.map { "-\($0), " } ?? ""
    switch option.value {
    case .none: return "\(letter)--\(option.name)"
    case .required(let name): return "\(letter)--\(option.name) \(name)"
    case .optional(let name, _): return "\(letter)--\(option.name)[=\(name)]"
    }
  }

  static func described(_ option: Option) -> String {
    let choices = option.choices.isEmpty ? "" : " (\(option.choices.joined(separator: ", ")))"
    return option.summary + choices
  }

  private static let help = Option("help", letter: "h", "show this help")

  private static func section(_ title: String, _ rows: [(String, String)], _ width: Int) -> [String] {
    guard !rows.isEmpty else { return [] }
    let column = min(rows.map(\.0.count).max() ?? 0, 28) + 4
    var lines = ["", title]
    for (name, summary) in rows {
      var wrapped = TextWrap.lines(summary, width: max(20, width - column))
      if name.count + 4 > column {
        lines.append("  \(name)")
      } else {
        let first = wrapped.isEmpty ? "" : wrapped.removeFirst()
        lines.append("  \(name)\(String(repeating: " ", count: column - 2 - name.count))\(first)")
      }
      lines += wrapped.map { String(repeating: " ", count: column) + $0 }
    }
    return lines
  }
}

/// Breaks text into lines.
public enum TextWrap {
  /// The words of `text` in lines of at most `width` characters; a longer word has a line of its own.
  public static func lines(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " \(word)"
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }
}

extension String {
  /// With a capital first letter and a full stop.
  var sentence: String {
    guard let first else { return self }
    return first.uppercased() + dropFirst() + (hasSuffix(".") ? "" : ".")
  }
}
