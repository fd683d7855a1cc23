/// Completion scripts for shells, made from the declaration.
public enum ShellCompletion: String, Sendable, CaseIterable {
  /// GNU Bash.
  case bash
  /// The Z shell.
  case zsh
  /// fish.
  case fish

  /// The script for a tool.
  public func script(for root: CommandDeclaration) -> String {
    switch self {
    case .bash: Self.bashScript(root)
    case .zsh: "#compdef \(root.name)\nautoload -U +X bashcompinit && bashcompinit\n" + Self.bashScript(root)
    case .fish: Self.fishScript(root)
    }
  }

  private static func leaves(_ command: CommandDeclaration, _ path: [String]) -> [(
    [String], CommandDeclaration
  )] {
    [(path, command)] + command.subcommands.flatMap { leaves($0, path + [$0.name]) }
  }

  private static func bashScript(_ root: CommandDeclaration) -> String {
    let leaves = leaves(root, [])
    let verbs = leaves.map(\.0).filter { !$0.isEmpty }.map { "\"\($0.joined(separator: " "))\"" } + ["\"\""]
    // Names such as `path` and `words` are special to the Z shell, which runs this script too.
    return """
      _\(root.name)() {
        local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
        local verb="" option="" start="" choices="" files=0 word
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          case "${verb:+$verb }$word" in \(verbs.joined(separator: "|"))) verb="${verb:+$verb }$word";; esac
        done
        if [[ "$current" == --*=* ]]; then
          option="${current%%=*}=" start="${current%%=*}=" current="${current#*=}"
        elif [[ "$current" == "=" ]]; then
          option="$previous=" current=""
        elif [[ "$previous" == "=" ]]; then
          option="${COMP_WORDS[COMP_CWORD-2]}="
        elif [[ "$previous" == -* ]]; then
          option="$previous"
        fi
        case "$verb $option" in
      \(leaves.flatMap { valueCases($0.0, $0.1) }.joined(separator: "\n"))
        esac
        case "$verb" in
      \(leaves.map { wordCase($0.0, $0.1) }.joined(separator: "\n"))
        esac
        COMPREPLY=($(compgen -W "$choices" -- "$current"))
        if [[ "$files" == 1 && "$current" != -* ]]; then
          compopt -o filenames 2>/dev/null
          COMPREPLY+=($(compgen -f -- "$current"))
        fi
      }
      complete -F _\(root.name) \(root.name)

      """
  }

  /// What stands after the options of a command.
  private static func wordCase(_ path: [String], _ command: CommandDeclaration) -> String {
    var words = command.subcommands.map(\.name)
    var wantsFiles = false
    for argument in command.arguments {
      switch argument.completion {
      case .words(let choices): words += choices()
      case .files, .folders: wantsFiles = true
      case .none: break
      }
    }
    words += command.options.map { "--\($0.name)" } + ["--help"] + (path.isEmpty ? ["--version"] : [])
    let verb = path.joined(separator: " ")
    return "    \"\(verb)\") choices=\"\(words.joined(separator: " "))\" files=\(wantsFiles ? 1 : 0);;"
  }

  /// The values of each option of a command: after `=`, and as the next word if the option cannot do without.
  private static func valueCases(_ path: [String], _ command: CommandDeclaration) -> [String] {
    command.options.compactMap { option in
      var spellings = ["--\(option.name)="]
      if case .required = option.value {
        spellings.append("--\(option.name)")
        if let letter = option.letter { spellings.append("-\(letter)") }
      }
      let patterns = spellings.map { "\"\(path.joined(separator: " ")) \($0)\"" }.joined(separator: "|")
      let generator: String
      switch option.completion {
      case .words(let words): generator = "-P \"$start\" -W \"\(words().joined(separator: " "))\""
      case .folders: generator = "-P \"$start\" -d"
      case .files: generator = "-P \"$start\" -f"
      case .none:
        guard case .required = option.value else { return nil }
        return "    \(patterns)) return;;"
      }
      let isFile = if case .words = option.completion { false } else { true }
      let names = isFile ? "compopt -o filenames 2>/dev/null; " : ""
      return "    \(patterns)) \(names)COMPREPLY=($(compgen \(generator) -- \"$current\")); return;;"
    }
  }

  private static func fishScript(_ root: CommandDeclaration) -> String {
    func quoted(_ text: String) -> String {
      "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
    var lines = ["complete -c \(root.name) -f"]
    for (path, command) in leaves(root, []) {
      let children = command.subcommands.map(\.name)
      var condition = path.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
      if !children.isEmpty {
        let none = "not __fish_seen_subcommand_from \(children.joined(separator: " "))"
        condition = condition.isEmpty ? none : "\(condition); and \(none)"
      }
      let when = condition.isEmpty ? "" : " -n \(quoted(condition))"
      for child in command.subcommands {
        lines.append("complete -c \(root.name)\(when) -a \(child.name) -d \(quoted(child.summary))")
      }
      for option in command.options {
        let letter = option.letter.map { " -s \($0)" } ?? ""
        let isNeeded = if case .required = option.value { true } else { false }
        let value =
          switch option.completion {
          case .words(let words): (isNeeded ? " -x" : " -f") + " -a \(quoted(words().joined(separator: " ")))"
          case .files: isNeeded ? " -r -F" : " -F"
          case .folders: (isNeeded ? " -x" : " -f") + " -a '(__fish_complete_directories)'"
          case .none: isNeeded ? " -x" : ""
          }
        lines.append(
          "complete -c \(root.name)\(when) -l \(option.name)\(letter)\(value) -d \(quoted(option.summary))")
      }
      for argument in command.arguments {
        switch argument.completion {
        case .files: lines.append("complete -c \(root.name)\(when) -F")
        case .folders:
          lines.append("complete -c \(root.name)\(when) -a '(__fish_complete_directories)'")
        case .words(let words):
          lines.append("complete -c \(root.name)\(when) -a \(quoted(words().joined(separator: " ")))")
        case .none: break
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
