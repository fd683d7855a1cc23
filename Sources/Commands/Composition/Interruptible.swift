import HostSystem
import Synchronization
import Values

/// Work that Ctrl-C and SIGTERM stop cleanly: the first signal cancels it and waits until it has cleaned up, the second
/// ends the process at once.
enum Interruptible {
  /// Carries out `work`; interrupted, it fails with the exit code of the signal.
  static func run(
    _ console: Console, _ work: @escaping @Sendable () async throws(CommandFailure) -> ExitCode
  ) async throws(CommandFailure) -> ExitCode {
    let signals: AsyncStream<Signal>
    do throws(SignalError) {
      signals = try SignalStream.signals([.interrupt, .terminate])
    } catch {
      throw CommandFailure(.failed, error.description)
    }
    // Awaited right below.
    let task = Task { () async -> Result<ExitCode, CommandFailure> in
      do throws(CommandFailure) {
        return .success(try await work())
      } catch {
        return .failure(error)
      }
    }
    let received = ReceivedSignal()
    // Cancelled as soon as the work is over.
    let listener = Task {
      for await signal in signals {
        guard received.first(signal) else { HostFacts.endProcess(exitCode(of: signal).rawValue) }
        console.note("drplan: \(signal): stopping and cleaning up; once more ends at once")
        task.cancel()
      }
    }
    let result = await task.value
    listener.cancel()
    switch result {
    case .success(let code): return code
    case .failure(let failure):
      guard let signal = received.signal else { throw failure }
      throw CommandFailure(
        exitCode(of: signal), "stopped by \(signal)", remedy: "nothing was left behind; run it again")
    }
  }

  private static func exitCode(of signal: Signal) -> ExitCode {
    signal == .terminate ? .terminated : .interrupted
  }
}

/// The signal that asked to stop, if one did.
private final class ReceivedSignal: Sendable {
  private let state = Mutex<Signal?>(nil)

  var signal: Signal? { state.withLock { $0 } }

  /// Notes a signal; false if there was one before.
  func first(_ signal: Signal) -> Bool {
    state.withLock { known in
      defer { known = known ?? signal }
      return known == nil
    }
  }
}
