import HostSystem
public import Values

/// The two clocks that stamp events.
public struct JournalClock: Sendable {
  let now: @Sendable () -> Timestamp
  let uptime: @Sendable () -> Duration

  /// A clock: `now` for people, `uptime`, which never goes back, for elapsed times.
  public init(now: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> Duration) {
    self.now = now
    self.uptime = uptime
  }

  /// The clocks of this machine.
  public static let host = JournalClock(now: { HostClock().now }, uptime: { HostClock().uptime })
}
