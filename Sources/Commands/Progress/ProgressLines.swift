import BackendKit
import HostSystem
import RunEvents
import Values

/// How far a run is, in lines.
enum ProgressLines {
  /// The lines that a terminal shows below the events: one a running step, and the objective counting down.
  static func live(
    _ running: RunningSteps, _ activities: [(step: StepID, activity: RunBoard.Activity)], _ board: RunBoard
  ) -> [String] {
    guard running.total > 0 else { return [] }
    let now = board.elapsed
    let width = TerminalFacts.size(2)?.columns ?? 80
    var lines = running.steps.prefix(12).map { step -> String in
      let activity = activities.first { $0.step == step.id }?.activity
      let time = max(.zero, now - step.start).readable
      return cut("  \(step.id.text.padded(to: 24)) \(activity.map(describe) ?? "") \(time)", width)
    }
    if running.steps.count > 12 { lines.append("  ... and \(running.steps.count - 12) more") }
    lines.append(cut("  \(summary(running, board))", width))
    return lines
  }

  /// The same in lines that stand alone.
  static func plain(
    _ running: RunningSteps, _ activities: [(step: StepID, activity: RunBoard.Activity)], _ board: RunBoard
  ) -> [String] {
    var lines = activities.map { "\($0.step): \(describe($0.activity))" }
    lines.append(summary(running, board))
    return lines
  }

  private static func summary(_ running: RunningSteps, _ board: RunBoard) -> String {
    let used = board.elapsed + board.spent
    let clock =
      used <= board.rto
      ? "RTO left \((board.rto - used).readable)" : "RTO passed by \((used - board.rto).readable)"
    return "\(running.done) of \(running.total) steps done, \(clock)"
  }

  private static func describe(_ activity: RunBoard.Activity) -> String {
    let progress = activity.progress
    var parts = [progress.activity]
    if let done = progress.bytesDone {
      if let total = progress.bytesTotal, total.bytes > 0 {
        parts.append("\(done)/\(total) \(min(100, done.bytes * 100 / total.bytes))%")
      } else {
        parts.append("\(done)")
      }
      if let rate = activity.rate {
        parts.append("\(ByteCount(Int64(rate)))/s")
        if let total = progress.bytesTotal, total > done, rate > 1 {
          parts.append("ETA " + Duration.seconds((total.bytes - done.bytes) / Int64(rate) + 1).readable)
        }
      }
    }
    return parts.joined(separator: "  ")
  }

  private static func cut(_ text: String, _ width: Int) -> String {
    text.count < width ? text : String(text.prefix(max(1, width - 1)))
  }
}
