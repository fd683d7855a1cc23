/// How the life of a holder on another host is judged.
public struct LeaseTiming: Sendable, Hashable {
  /// How often a holder renews its sign of life.
  public var heartbeat: Duration
  /// For how long a sign of life, by the clocks of both hosts, counts without looking further.
  public var expiry: Duration
  /// For how long a sign of life that seems old, or comes from the future, is watched before its holder counts as dead.
  ///
  /// Measured by one clock alone: clocks of hosts that differ must not cost a living holder its lock.
  public var watch: Duration

  /// Every 10 s; good for 60 s; watched for 30 s.
  public init(
    heartbeat: Duration = .seconds(10), expiry: Duration = .seconds(60), watch: Duration = .seconds(30)
  ) {
    self.heartbeat = heartbeat
    self.expiry = expiry
    self.watch = watch
  }
}
