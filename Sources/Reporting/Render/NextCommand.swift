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
    let kept = mode == .recovery && publications.contains { $0.state == .done && $0.kept != nil }
    let rollback = NextCommand(
      command: "drplan rollback \(run)", purpose: "put back what stood there before")
    let commit = NextCommand(
      command: "drplan commit \(run)", purpose: "let go of the old data that was kept")
    let resume = NextCommand(command: "drplan resume \(run)", purpose: "go on where it stopped")
    switch result {
    case .running: return []
    case .ended(.recovered), .ended(.recoveredWithExceptions):
      return kept ? [commit, rollback] : []
    case .ended(.failed), .ended(.interrupted):
      return [resume] + (kept ? [rollback] : [])
    case .ended(.waiting):
      let waiting = steps.filter { $0.state == .waiting }.map {
        NextCommand(command: "drplan approve \(run) \($0.id)", purpose: "answer it; --deny to say no")
      }
      return waiting + [resume] + (kept ? [rollback] : [])
    case .ended(.rolledBack), .ended(.refused): return []
    }
  }
}
