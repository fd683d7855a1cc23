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
    let verb = mode == .drill ? "drill" : "run"
    let again = NextCommand(
      command: "drplan \(verb) \(shellWord(planFile))",
      purpose: "run it again, when what stopped it is mended")
    let look = NextCommand(
      command: "drplan \(verb) \(shellWord(planFile)) --dry-run=probe",
      purpose: "look first whether it could run"
    )
    let resume = NextCommand(
      command: "drplan resume \(run)",
      purpose: "carry it on, when what stopped it is mended: what is done stays done")
    let rollback = NextCommand(command: "drplan rollback \(run)", purpose: "undo what it changed")
    let commit = NextCommand(
      command: "drplan commit \(run)", purpose: "let go of the old data that was kept, once you trust the new"
    )
    let letGo = NextCommand(
      command: "drplan commit \(run)", purpose: "let go of what it had restored, which is kept beside")
    let cleanUp = NextCommand(
      command: "drplan drill --cleanup", purpose: "remove what the drill could not remove")
    let leftBehind = leftovers?.isEmpty == false ? [cleanUp] : []
    // A drill keeps nothing for good, and is not carried on.
    if mode == .drill {
      switch result {
      case .running, .ended(.refused): return []
      case .ended(.recovered), .ended(.recoveredWithExceptions): return leftBehind
      case .ended: return leftBehind + [look, again]
      }
    }
    let isKept = publications.contains { $0.kept != nil }
    switch result {
    case .running: return []
    case .ended(.recovered), .ended(.recoveredWithExceptions):
      return isKept && !isCommitted ? [commit, rollback] : []
    case .ended(.failed), .ended(.interrupted):
      if isRollbackUnfinished { return [rollback] }
      return [resume] + (publications.isEmpty && services.isEmpty ? [look] : [rollback])
    case .ended(.waiting): return waitingCommands + [rollback]
    case .ended(.rolledBack): return [look, again] + (isKept && !isCommitted ? [letGo] : [])
    case .ended(.refused): return []
    }
  }

  /// Whether a rollback left something as it is.
  private var isRollbackUnfinished: Bool {
    rollback != nil
      && steps.contains { $0.undone.map { $0.state == .failed || $0.state == .unwound } ?? false }
  }

  /// For a run that waits for a person: the answers there are.
  private var waitingCommands: [NextCommand] {
    let open = steps.first { !$0.isFinally && ($0.state == .running || $0.state == .waiting) }
    guard let step = open ?? steps.first(where: { $0.state == .failed && $0.onFailure == .pause }) else {
      return [NextCommand(command: "drplan resume \(run)", purpose: "carry it on")]
    }
    let retry =
      open == nil
      ? NextCommand(command: "drplan resume \(run)", purpose: "try step `\(step.id)` again")
      : NextCommand(
        command: "drplan resume \(run) --retry \(step.id)", purpose: "it was not done: try it again")
    var commands = [retry]
    if open != nil {
      commands.append(
        NextCommand(command: "drplan resume \(run) --done \(step.id)", purpose: "it was done: go on after it")
      )
    }
    return commands + [
      NextCommand(
        command: "drplan resume \(run) --skip \(step.id) --reason TEXT", purpose: "go on without it"),
      NextCommand(command: "drplan resume \(run) --abort", purpose: "end the run; `finally` runs"),
    ]
  }

  private func shellWord(_ text: String) -> String { ShellWord.quoted(text) }
}
