import CSystemShims
import Glibc
import Synchronization

/// Signals sent to this process, as a stream instead of a handler.
///
/// No signal is ever blocked for this, so children start with nothing blocked either.
public enum SignalStream {
  /// Signals from now on, in the order in which they came; equal ones that come at once may become one.
  ///
  /// From the first call on a signal asked for has no other effect on this process, even when nobody listens
  /// any more. SIGHUP that our parent told us to ignore (`nohup`) stays ignored. Several streams each get
  /// every signal.
  public static func signals(_ wanted: Set<Signal>) throws(SignalError) -> AsyncStream<Signal> {
    let (stream, listener) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(64))
    try dispatcher.get().add(listener, for: wanted)
    return stream
  }

  /// From now on these signals end this process at once, as if nobody had ever asked for them.
  public static func letEnd(by signals: Set<Signal>) {
    for wanted in signals { _ = signal(wanted.rawValue, SIG_DFL) }
  }

  /// Makes writing to a closed pipe or connection an error for the writer instead of the end of this process.
  ///
  /// Children still end by SIGPIPE as they expect to.
  public static func ignoreBrokenPipes() { drp_signal_ignore_broken_pipes() }

  private static let dispatcher = Result<SignalDispatcher, SignalError> { () throws(SignalError) in
    try SignalDispatcher()
  }
}

/// Why signals cannot be watched.
public struct SignalError: Error, Sendable, CustomStringConvertible {
  /// For people.
  public let description: String

  init(_ code: Int32) { description = "signals cannot be watched: \(kernelErrorText(code))" }
}

/// Hands what the signal handlers write into a pipe to all listeners.
private final class SignalDispatcher: Sendable {
  private struct Listener {
    let wanted: Set<Signal>
    let stream: AsyncStream<Signal>.Continuation
  }

  private let listeners = Mutex<[Int: Listener]>([:])
  private let lastKey = Atomic<Int>(0)

  init() throws(SignalError) {
    let descriptor = drp_signal_pipe()
    guard descriptor >= 0 else { throw SignalError(errno) }
    // For the rest of the process: handlers stay in place as long.
    let isRead = BlockingExecutor.shared.submitForGood { [self] in
      while true {
        var number: UInt8 = 0
        let count = read(descriptor, &number, 1)
        if count == 1 {
          dispatch(Signal(rawValue: Int32(number)))
        } else if count == 0 || errno != EINTR {
          return
        }
      }
    }
    guard isRead else { throw SignalError(EAGAIN) }
  }

  func add(_ stream: AsyncStream<Signal>.Continuation, for wanted: Set<Signal>) throws(SignalError) {
    let key = lastKey.add(1, ordering: .relaxed).newValue
    listeners.withLock { $0[key] = Listener(wanted: wanted, stream: stream) }
    stream.onTermination = { [weak self] _ in self?.listeners.withLock { _ = $0.removeValue(forKey: key) } }
    for signal in wanted {
      let failure = drp_signal_catch(signal.rawValue)
      guard failure == 0 else { throw SignalError(failure) }
    }
  }

  private func dispatch(_ signal: Signal) {
    // Yield outside the lock: it may run the termination handler of a stream, which takes it.
    let concerned = listeners.withLock { $0.values.filter { $0.wanted.contains(signal) } }
    for listener in concerned { listener.stream.yield(signal) }
  }
}
