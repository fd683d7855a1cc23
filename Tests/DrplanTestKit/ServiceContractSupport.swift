import HostSystem

/// Waits for what a real process will do soon.
public enum Eventually {
  /// Asks again and again, for at most ten seconds, until the answer is yes; whether it was.
  public static func holds(_ condition: () async throws -> Bool) async rethrows -> Bool {
    let clock = HostClock()
    let deadline = clock.uptime + .seconds(90)
    while clock.uptime < deadline {
      if try await condition() { return true }
      // Only cancellation ends it early, and then the loop is over soon.
      try? await clock.sleep(for: .milliseconds(10))
    }
    return try await condition()
  }
}
