import Glibc
public import Values

/// The clocks of this machine: one that people read and one that only goes forward.
///
/// Elapsed times are differences of `uptime`, never of `now`.
public struct HostClock: Sendable {
  /// The clocks of this machine; holds no state.
  public init() {}

  /// The wall clock: may jump when somebody sets it.
  public var now: Timestamp { Timestamp(nanoseconds: Self.read(CLOCK_REALTIME)) }

  /// The time since the machine started, suspension included: never goes back, means nothing after a reboot.
  public var uptime: Duration { .nanoseconds(Self.read(CLOCK_BOOTTIME)) }

  /// Suspends until `uptime` has reached `deadline`; throws when the task is cancelled before.
  public func sleep(untilUptime deadline: Duration) async throws(CancellationError) {
    try await sleep { deadline - uptime }
  }

  /// Suspends until the wall clock shows `instant`, following it when it is set; throws when the task is
  /// cancelled before.
  public func sleep(until instant: Timestamp) async throws(CancellationError) {
    try await sleep { now.distance(to: instant) }
  }

  /// Suspends for the given time, suspension of the machine included; throws when the task is cancelled
  /// before.
  public func sleep(for duration: Duration) async throws(CancellationError) {
    try await sleep(untilUptime: uptime + duration)
  }

  /// Sleeps in pieces: a timer of the runtime may stand still with the machine, and knows nothing of a clock
  /// that is set.
  private func sleep(remaining: () -> Duration) async throws(CancellationError) {
    while true {
      let rest = remaining()
      guard !Task.isCancelled else { throw CancellationError() }
      guard rest > .zero else { return }
      // The only error of `Task.sleep` is cancellation, which the loop looks at itself.
      try? await Task.sleep(for: min(rest, .seconds(15)))
    }
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
