import CommandLineKit
import Values

/// `drplan completions`: completion scripts for shells.
enum CompletionsVerb: Verb {
  static var waits: Bool { false }

  static let declaration = CommandDeclaration(
    "completions", summary: "print the completion script of a shell",
    examples: [.init("source <(drplan completions bash)", "complete in this shell")],
    arguments: [
      Argument("SHELL", "bash, zsh or fish", completion: .words(ShellCompletion.allCases.map(\.rawValue)))
    ])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    guard let shell = ShellCompletion(rawValue: invocation.arguments[0]) else {
      throw CommandFailure(
        .refused, "there are no completions for `\(invocation.arguments[0])`",
        remedy: "there are for \(ShellCompletion.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    console.print(shell.script(for: VerbList.declaration))
    return .done
  }
}

/// `drplan man`: the manual page in roff; not listed, for installation.
enum ManVerb: Verb {
  static var waits: Bool { false }

  static let declaration = CommandDeclaration("man", summary: "print the manual page")

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let sections = [
      (
        title: "Files",
        text:
          "State is kept in --state DIR, else $DRPLAN_STATE, else /var/lib/drplan for root, else $XDG_STATE_HOME/drplan, "
          + "else ~/.local/state/drplan. Files have the mode 0600, folders 0700."
      ),
      (
        title: "Environment",
        text: "DRPLAN_STATE: the state directory.\n\nNO_COLOR: no colour.\n\nTERM=dumb: no redrawing."
      ),
    ]
    console.print(ManualPage.roff(for: VerbList.declaration, version: DrplanTool.version, sections: sections))
    return .done
  }
}
