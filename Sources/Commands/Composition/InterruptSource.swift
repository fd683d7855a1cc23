import HostSystem
import RunEvents

/// Turns signals into requests to the executor: the first asks it to stop, the second to stop at once; a hang-up changes
/// nothing.
struct InterruptSource {
  /// What the executor listens to.
  let requests: AsyncStream<InterruptRequested>
  private let listener: Task<Void, Never>
  private let signals: SignalStream

  init(board: RunBoard, console: Console) {
    let signals = SignalStream([.interrupt, .terminate, .hangup])
    let (stream, continuation) = AsyncStream.makeStream(of: InterruptRequested.self)
    self.signals = signals
    requests = stream
    // Ends with the signals, when `stop` is called.
    listener = Task {
      var stage = 0
      for await signal in signals.signals where signal != .hangup {
        stage += 1
        if stage == 1 {
          board.say("\(signal): stopping what runs, then `finally`; once more stops at once")
        } else if stage == 2 {
          board.say("\(signal): stopping at once")
        }
        continuation.yield(InterruptRequested(signal: signal.description, stage: min(stage, 2)))
      }
      continuation.finish()
    }
  }

  /// Gives the signals back their usual meaning.
  func stop() {
    signals.stop()
    listener.cancel()
  }
}
