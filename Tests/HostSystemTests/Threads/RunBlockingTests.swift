import Glibc
import HostSystem
import Synchronization
import Testing

@Suite struct RunBlockingTests {
  private struct Refused: Error, Equatable { let reason: String }

  @Test func theValueComesBack() async {
    #expect(await runBlocking { 6 * 7 } == 42)
  }

  @Test func theErrorComesBackWithItsType() async {
    do throws(Refused) {
      try await runBlocking { () throws(Refused) in throw Refused(reason: "no") }
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.reason == "no")
    }
  }

  /// Each of many jobs waits until all are running: with fewer threads than jobs this would never end.
  @Test func manyBlockedJobsRunAtTheSameTime() async {
    let count = 64
    let arrived = Counter()
    let all = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<count {
        group.addTask {
          await runBlocking {
            arrived.add()
            for _ in 0..<3000 where arrived.value < count { usleep(10_000) }
            return arrived.value == count
          }
        }
      }
      return await group.reduce(true) { $0 && $1 }
    }
    #expect(all)
  }

  @Test func aJobMayWaitForAnother() async {
    let done = await runBlocking {
      let inner = Counter()
      Task { await runBlocking { inner.add() } }
      for _ in 0..<3000 where inner.value == 0 { usleep(10_000) }
      return inner.value
    }
    #expect(done == 1)
  }

  @Test func cancellationRaisesTheFlag() async {
    let started = Counter()
    let task = Task {
      await runBlockingCancellable { flag in
        started.add()
        for _ in 0..<3000 where !flag.isCancelled { usleep(10_000) }
        return flag.isCancelled
      }
    }
    #expect(await eventually { started.value > 0 })
    task.cancel()
    #expect(await task.value)
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    func add() { count.add(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
  }
}
