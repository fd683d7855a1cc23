import RunEvents
import Values

/// A command to type after a run, and what it does.
public struct NextCommand: Sendable, Equatable {
  /// The whole command line.
  public var command: String
  /// What it is for.
  public var purpose: String
}

extension RunRecord {
  /// What to type next, the most likely first; empty when there is nothing to do.
  public var nextCommands: [NextCommand] {
    let again = NextCommand(
      command: "drplan run \(shellWord(planFile))", purpose: "run it again, when what stopped it is mended")
    let look = NextCommand(
      command: "drplan run \(shellWord(planFile)) --dry-run=probe", purpose: "look first whether it could run"
    )
    let kept = publications.filter { $0.state == .done }.compactMap(\.kept).map {
      NextCommand(
        command: "rm -r -- \(shellWord($0))", purpose: "let go of the old data, once you trust the new")
    }
    switch result {
    case .running: return []
    case .ended(.recovered), .ended(.recoveredWithExceptions): return kept
    case .ended(.failed), .ended(.interrupted), .ended(.waiting): return [look, again]
    case .ended(.rolledBack), .ended(.refused): return []
    }
  }

  private func shellWord(_ text: String) -> String { ShellWord.quoted(text) }
}
