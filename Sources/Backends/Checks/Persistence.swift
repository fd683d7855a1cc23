import BackendKit
import HostSystem

/// Looks again until what is expected is found or the time is over.
enum Persistence {
  /// The pause between two looks.
  private static let pause = Duration.milliseconds(250)

  /// The first outcome that passed, or the last one that did not.
  ///
  /// Looks at least once, and once more at the end.
  static func within(
    _ limit: Duration, _ what: String, look: (_ rest: Duration) async throws(StepFailure) -> CheckOutcome
  ) async throws(StepFailure) -> CheckOutcome {
    let clock = HostClock()
    let deadline = clock.uptime + limit
    while true {
      let outcome = try await look(deadline - clock.uptime)
      let rest = deadline - clock.uptime
      if outcome.passed || rest <= .zero { return outcome }
      do throws(CancellationError) {
        try await clock.sleep(for: min(pause, rest))
      } catch {
        throw .cancelled(what)
      }
    }
  }
}
