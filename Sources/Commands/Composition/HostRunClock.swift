import Execution
import HostSystem
import Values

/// The time of a real run: the machine's clock that never goes back, from the run's beginning, which may lie in another
/// process.
struct HostRunClock: RunClock {
  private let clock = HostClock()
  private let start: Duration

  /// A clock of a run that has lasted `elapsed`.
  init(elapsed: Duration = .zero) { start = HostClock().uptime - elapsed }

  func now() -> Duration { clock.uptime - start }

  func sleep(until instant: Duration) async throws(CancellationError) {
    try await clock.sleep(untilUptime: start + instant)
  }
}
