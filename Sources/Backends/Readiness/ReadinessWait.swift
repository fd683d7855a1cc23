import BackendKit
import HostSystem
import Values

/// Waits until a service that was started is ready to work.
struct ReadinessWait {
  /// The service.
  let binding: ServiceBinding
  /// What its manager may know.
  let context: ServiceContext
  /// Told what is waited for, at each look.
  let progress: @Sendable (StepProgress) -> Void

  private static let firstPause: Duration = .milliseconds(100)
  private static let longestPause: Duration = .seconds(2)
  /// How long one look may take: a service that takes a connection and never answers must not use up all the time.
  private static let longestLook: Duration = .seconds(5)
  /// How long a service without `ready` may take until its manager says that it runs.
  private static let withinByDefault: Duration = .seconds(30)

  /// Returns what showed that the service is ready.
  ///
  /// It looks again after 100 ms, then ever more rarely, at least every 2 s; it fails at once when the
  /// manager says that the service has failed, and when the time is over.
  ///
  /// An answer alone is not enough: the manager must say that the service runs, so that another process that
  /// answers in its place does not pass for it.
  func untilReady() async throws(StepFailure) -> String {
    let clock = HostClock()
    let within = binding.readiness?.within ?? Self.withinByDefault
    let deadline = clock.uptime + within
    var pause = Self.firstPause
    var last = ""
    while true {
      let left = deadline - clock.uptime
      let look = try await look(for: min(left, Self.longestLook))
      switch (try await binding.manager.state(context), look) {
      case (.failed(let reason), _): throw await failure("failed before it was ready: \(reason)")
      case (.running(let detail), nil): return detail
      case (.running, .ready(let answer)): return answer
      case (.stopped, _): last = "its manager does not have it running"
      case (.running, .notYet(let answer)): last = answer
      case (.running, .silent(let answer)):
        // Silence in the little time that was left says less than the answer before.
        if last.isEmpty || left >= Self.longestLook { last = answer }
      }
      guard clock.uptime + pause < deadline else {
        throw await failure("was not ready within \(within.planText): \(last)")
      }
      progress(StepProgress("waiting until `\(context.service)` is ready: \(last)"))
      do throws(CancellationError) {
        try await clock.sleep(for: pause)
      } catch {
        throw StepFailure(
          .cancelled, "waiting for service `\(context.service)` was cancelled: \(last)", isRetryable: false)
      }
      pause = min(pause * 1.5, Self.longestPause)
    }
  }

  private func look(for time: Duration) async throws(StepFailure) -> ReadinessAnswer? {
    guard let probe = binding.readiness?.probe else { return nil }
    // In whole milliseconds, as those who are asked count.
    let milliseconds = max(1, time.nanoseconds / 1_000_000)
    return try await ReadinessAnswer.ask(probe, for: .milliseconds(milliseconds), context)
  }

  private func failure(_ fact: String) async -> StepFailure {
    StepFailure(
      .notReady, "service `\(context.service)` \(fact)", remedy: "see its log",
      lastLines: await binding.manager.lastLines(context))
  }
}

extension StepFailure.Code {
  /// A service runs and does not answer as it should.
  static let notReady = Self(rawValue: "NotReady")
}
