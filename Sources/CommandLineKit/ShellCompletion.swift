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
    var cases = ""
    for (path, command) in leaves(root, []) {
      let words = command.subcommands.map(\.name) + command.options.map { "--\($0.name)" } + ["--help"]
      let wantsFiles = command.arguments.contains { if case .files = $0.completion { true } else { false } }
      let choices = command.arguments.flatMap { argument -> [String] in
        if case .words(let words) = argument.completion { words() } else { [] }
      }
      cases += """
            "\(path.joined(separator: " "))") words="\((choices + words).joined(separator: " "))"; files=\(wantsFiles ? 1 : 0);;

        """
    }
    var values = ""
    var seen: Set<String> = []
    for option in leaves(root, []).flatMap(\.1.options) where seen.insert(option.name).inserted {
      switch option.completion {
      case .words(let words):
        values +=
          "    --\(option.name)) COMPREPLY=($(compgen -W \"\(words().joined(separator: " "))\" -- \"$current\")); return;;\n"
      case .folders:
        values +=
          "    --\(option.name)) compopt -o filenames; COMPREPLY=($(compgen -d -- \"$current\")); return;;\n"
      case .files:
        values +=
          "    --\(option.name)) compopt -o filenames; COMPREPLY=($(compgen -f -- \"$current\")); return;;\n"
      case .none: break
      }
    }
    let names = root.subcommands.map(\.name) + root.subcommands.flatMap { $0.subcommands.map(\.name) }
    return """
      _\(root.name)() {
        local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" path="" words="" files=0 word
        case "$previous" in
      \(values)  esac
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          case " \(Set(names).sorted().joined(separator: " ")) " in *" $word "*) path="${path:+$path }$word";; esac
        done
        case "$path" in
      \(cases)  esac
        COMPREPLY=($(compgen -W "$words" -- "$current"))
        if [ "$files" = 1 ] && [[ "$current" != -* ]]; then
          compopt -o filenames
          COMPREPLY+=($(compgen -f -- "$current"))
        fi
      }
      complete -F _\(root.name) \(root.name)

      """
  }

  private static func fishScript(_ root: CommandDeclaration) -> String {
    func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "\\'") + "'" }
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
        let value =
          switch option.completion {
          case .words(let words): " -x -a \(quoted(words().joined(separator: " ")))"
          case .files: " -r -F"
          case .folders: " -x -a '(__fish_complete_directories)'"
          case .none: if case .required = option.value { " -x" } else { "" }
          }
        lines.append(
          "complete -c \(root.name)\(when) -l \(option.name)\(letter)\(value) -d \(quoted(option.summary))")
      }
      for argument in command.arguments {
        switch argument.completion {
        case .files: lines.append("complete -c \(root.name)\(when) -F")
        case .words(let words):
          lines.append("complete -c \(root.name)\(when) -a \(quoted(words().joined(separator: " ")))")
        case .folders, .none: break
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
