import BackendKit
import HostSystem
import Synchronization
import Values

/// Shows how far one transfer is, on standard error: a redrawn line on a terminal, a line now and then elsewhere.
final class TransferView: Sendable {
  private struct State: Sendable {
    var progress: TransferProgress?
    var isClosed = false
  }

  private let title: String
  private let console: Console
  private let redraws: Bool
  private let state = Mutex(State())

  init(_ title: String, _ console: Console, _ redraws: Bool) {
    self.title = title
    self.console = console
    self.redraws = redraws
  }

  /// Runs `work` and shows its progress meanwhile.
  static func during<Result: Sendable, Failure: Error>(
    _ title: String, _ console: Console, redraws: Bool,
    _ work: (@escaping @Sendable (TransferProgress) -> Void) async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    let view = TransferView(title, console, redraws)
    // Awaited below, whatever happened.
    let drawing = Task { await view.draw() }
    do throws(Failure) {
      let result = try await work { progress in view.state.withLock { $0.progress = progress } }
      view.state.withLock { $0.isClosed = true }
      await drawing.value
      return result
    } catch {
      view.state.withLock { $0.isClosed = true }
      await drawing.value
      throw error
    }
  }

  private func draw() async {
    let clock = HostClock()
    let start = clock.uptime
    var lastPlain = start
    while true {
      let (progress, isClosed) = state.withLock { ($0.progress, $0.isClosed) }
      let now = clock.uptime
      var text = ""
      var footer: [String] = []
      if let progress, !isClosed, redraws {
        footer = [
          String(line(progress, now - start).prefix(max(20, (TerminalFacts.size(2)?.columns ?? 80) - 1)))
        ]
      } else if let progress, !isClosed, now - lastPlain > .seconds(30) {
        lastPlain = now
        text = line(progress, now - start) + "\n"
      }
      let (output, lines) = (text, footer)
      await runBlocking {
        self.console.error.write(output)
        if self.redraws { self.console.error.setFooter(lines) }
      }
      if isClosed { return }
      // A display is never waited for but at the end.
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  private func line(_ progress: TransferProgress, _ elapsed: Duration) -> String {
    var parts = [title]
    if progress.bytesTotal > 0 {
      let percent = min(100, progress.bytesDone * 100 / progress.bytesTotal)
      parts.append("\(ByteCount(progress.bytesDone))/\(ByteCount(progress.bytesTotal)) \(percent)%")
    } else {
      parts.append("\(ByteCount(progress.bytesDone))")
    }
    let rate = Double(progress.bytesDone) / max(0.001, elapsed.roundedSeconds)
    parts.append("\(ByteCount(Int64(rate)))/s")
    if rate > 1, progress.bytesTotal > progress.bytesDone {
      let rest = (progress.bytesTotal - progress.bytesDone) / Int64(rate) + 1
      parts.append("ETA " + Duration.seconds(rest).readable)
    }
    return parts.joined(separator: "  ")
  }
}
