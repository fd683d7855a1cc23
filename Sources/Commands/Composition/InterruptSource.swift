import HostSystem
import RunEvents
import Values

/// Turns signals into requests to the executor: the first asks it to stop, the second to stop at once; a hang-up changes
/// nothing.
struct InterruptSource: Sendable {
  /// What the executor listens to.
  let requests: AsyncStream<InterruptRequested>
  private let listener: Task<Void, Never>

  /// Listens from now on, until `stop`.
  init(_ board: RunBoard) throws(CommandFailure) {
    let signals: AsyncStream<Signal>
    do throws(SignalError) {
      signals = try SignalStream.signals([.interrupt, .terminate, .hangup])
    } catch {
      throw CommandFailure(.failed, error.description)
    }
    let (stream, continuation) = AsyncStream.makeStream(of: InterruptRequested.self)
    requests = stream
    // Cancelled by `stop`, which is always called: it listens as long as the run goes on.
    listener = Task {
      var stage = 0
      for await signal in signals where signal != .hangup {
        stage = min(stage + 1, 2)
        board.say(
          stage == 1
            ? "\(signal): stopping what runs, then `finally`; once more stops at once"
            : "\(signal): stopping at once")
        continuation.yield(InterruptRequested(signal: signal.description, stage: stage))
      }
      continuation.finish()
    }
  }

  /// Stops listening.
  func stop() { listener.cancel() }
}
