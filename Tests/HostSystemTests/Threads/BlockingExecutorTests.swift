import Synchronization
import Testing

@testable import HostSystem

@Suite struct BlockingExecutorTests {
  @Test func anIdleThreadIsUsedAgain() async {
    let executor = BlockingExecutor(idleSeconds: 60)
    for _ in 0..<50 {
      await withUnsafeContinuation { (waiting: UnsafeContinuation<Void, Never>) in
        executor.submit { waiting.resume() }
      }
    }
    // The next job may come before the thread of the last one has gone idle, so a few more than one is right.
    #expect(executor.threadCount < 25)
  }

  @Test func idleThreadsEnd() async {
    let executor = BlockingExecutor(idleSeconds: 0)
    await withUnsafeContinuation { (waiting: UnsafeContinuation<Void, Never>) in
      executor.submit { waiting.resume() }
    }
    #expect(await eventually { executor.threadCount == 0 })
  }
}
