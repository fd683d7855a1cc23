import BackendKit
import Testing

@testable import Execution

@Suite struct ReadyQueueTests {
  private func queue(_ targets: [String], parallelism: Int = 8) -> ReadyQueue {
    ReadyQueue(
      targets: targets.map { list in list.map { TargetName(String($0)) } }, parallelism: parallelism)
  }

  private func drain(_ queue: inout ReadyQueue) -> [ReadyQueue.Turn] {
    var turns: [ReadyQueue.Turn] = []
    while let turn = queue.next() { turns.append(turn) }
    return turns
  }

  @Test func stepsStartInThePlansOrderWhateverOrderTheyBecomeReadyIn() {
    var queue = queue(["", "", ""], parallelism: 2)
    for step in [2, 0, 1] { queue.add(step) }
    #expect(drain(&queue) == [.start(0), .start(1)])
    queue.finish(1)
    #expect(drain(&queue) == [.start(2)])
  }

  @Test func stepsThatShareATargetStartOneAfterTheOther() {
    var queue = queue(["a", "a", "a"])
    for step in 0..<3 { queue.add(step) }
    #expect(drain(&queue) == [.start(0)])
    queue.finish(0)
    #expect(drain(&queue) == [.start(1)])
    queue.finish(1)
    #expect(drain(&queue) == [.start(2)])
  }

  @Test func aStepThatWaitsForOneTargetLeavesItsOthersToThoseAfterIt() {
    var queue = queue(["a", "ab", "b"])
    for step in 0..<3 { queue.add(step) }
    #expect(drain(&queue) == [.start(0), .start(2)])
  }

  @Test func aTargetThatOneWaitingStepCannotTakeGoesToTheNext() {
    // 2 and 3 wait for a; when a is free, 2 turns to b, which is taken, and 3 must not be forgotten.
    var queue = queue(["a", "b", "ab", "a"])
    for step in 0..<4 { queue.add(step) }
    #expect(drain(&queue) == [.start(0), .start(1)])
    queue.finish(0)
    #expect(drain(&queue) == [.start(3)])
    queue.finish(1)
    #expect(drain(&queue) == [])
    queue.finish(3)
    #expect(drain(&queue) == [.start(2)])
  }

  @Test func stepsThatNeedATargetOfAnAbandonedOneAreBarredUntilItStops() {
    var queue = queue(["a", "a", "a", "a"])
    queue.add(0)
    queue.add(1)
    #expect(drain(&queue) == [.start(0)])
    queue.abandon(0)
    #expect(drain(&queue) == [.barred(1, holder: 0)])
    queue.add(2)
    #expect(drain(&queue) == [.barred(2, holder: 0)])
    queue.recover(0)
    queue.add(3)
    #expect(drain(&queue) == [.start(3)])
  }

  @Test func aStepThatNamesATargetTwiceDoesNotWaitForItself() {
    var queue = queue(["aa"])
    queue.add(0)
    #expect(drain(&queue) == [.start(0)])
  }

  @Test func aLimitBelowOneStillLetsOneStepRun() {
    var queue = queue(["", ""], parallelism: 0)
    queue.add(0)
    queue.add(1)
    #expect(drain(&queue) == [.start(0)])
  }
}
