import HostSystem
import Testing
import Values

@Suite struct HostClockTests {
  private let clock = HostClock()

  @Test func uptimeNeverGoesBack() {
    var last = clock.uptime
    for _ in 0..<1000 {
      let next = clock.uptime
      #expect(next >= last)
      last = next
    }
  }

  @Test func aSleepDoesNotEndEarly() async throws {
    let deadline = clock.uptime + .milliseconds(20)
    try await clock.sleep(untilUptime: deadline)
    #expect(clock.uptime >= deadline)
    let instant = clock.now.advanced(by: .milliseconds(20))
    try await clock.sleep(until: instant)
    #expect(clock.now >= instant)
  }

  @Test func cancellationEndsASleep() async {
    let task = Task {
      do throws(CancellationError) { try await clock.sleep(for: .seconds(3600)) } catch { return true }
      return false
    }
    task.cancel()
    #expect(await task.value)
  }
}
