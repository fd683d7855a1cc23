import Execution
import HostSystem

/// The time of a real run: the machine's clock that never goes back, from the run's beginning.
struct HostRunClock: RunClock {
  private let clock = HostClock()
  private let start: Duration

  init() { start = HostClock().uptime }

  func now() -> Duration { clock.uptime - start }

  func sleep(until instant: Duration) async throws(CancellationError) {
    try await clock.sleep(untilUptime: start + instant)
  }
}
