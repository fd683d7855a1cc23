/// The tool's manual page in roff, made from the declaration.
public enum ManualPage {
  /// The page for section 1; `sections` are further headings with text.
  public static func roff(
    for root: CommandDeclaration, version: String, sections: [(title: String, text: String)]
  ) -> String {
    var lines = [".TH \(root.name.uppercased()) 1 \"\" \"\(root.name) \(version)\" \"User Commands\""]
    lines += [".SH NAME", "\(root.name) \\- \(escaped(root.summary))"]
    lines += [".SH SYNOPSIS", ".B \(root.name)", "COMMAND [OPTIONS] [ARGUMENTS]"]
    lines += [".SH DESCRIPTION"] + paragraphs(root.discussion)
    lines.append(".SH COMMANDS")
    for command in root.subcommands { lines += section(command, path: [root]) }
    for (title, text) in sections { lines += [".SH \(title.uppercased())"] + paragraphs(text) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func section(_ command: CommandDeclaration, path: [CommandDeclaration]) -> [String] {
    let path = path + [command]
    guard command.subcommands.isEmpty else { return command.subcommands.flatMap { section($0, path: path) } }
    var lines = [".SS \"\(escaped(HelpText.usage(of: path)))\""] + paragraphs(command.summary.sentence)
    lines += paragraphs(command.discussion)
    for argument in command.arguments {
      lines += [".TP", ".I \(escaped(argument.name))", escaped(argument.summary)]
    }
    for option in command.options {
      lines += [".TP", ".B \(escaped(HelpText.shown(option)))", escaped(HelpText.described(option))]
    }
    for example in command.examples {
      lines += [".PP", escaped(example.summary.sentence), ".RS", ".nf", escaped(example.line), ".fi", ".RE"]
    }
    return lines
  }

  private static func paragraphs(_ text: String) -> [String] {
    text.split(separator: "\n\n").flatMap { paragraph in
      [".PP"] + paragraph.split(separator: "\n").map { escaped(String($0)) }
    }
  }

  private static func escaped(_ text: String) -> String {
    var output = ""
    for character in text {
      switch character {
      case "\\": output += "\\e"
      case "-": output += "\\-"
      // As they stand, a terminal shows curly quotes, and a copied command line fails.
      case "`": output += "\\(ga"
      case "'": output += "\\(aq"
      case "\"": output += "\\(dq"
      case "^": output += "\\(ha"
      case "~": output += "\\(ti"
      default: output.append(character)
      }
    }
    return output.hasPrefix(".") ? "\\&" + output : output
  }
}
