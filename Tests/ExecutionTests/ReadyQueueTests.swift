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

  private func queue(_ targets: [String], parallelism: Int, waiting: Set<Int>) -> ReadyQueue {
    ReadyQueue(
      targets: targets.map { list in list.map { TargetName(String($0)) } }, parallelism: parallelism,
      placeless: waiting)
  }

  @Test func aStepThatOnlyWaitsNeitherTakesNorNeedsAPlace() {
    var queue = queue(["", "", "", ""], parallelism: 1, waiting: [0, 2])
    for step in 0..<4 { queue.add(step) }
    #expect(drain(&queue) == [.start(0), .start(1), .start(2)])
    // Their ends free no place that they never had.
    queue.finish(0)
    queue.abandon(2)
    #expect(drain(&queue) == [])
    queue.finish(1)
    #expect(drain(&queue) == [.start(3)])
  }

  @Test func stepsStartInThePlansOrderAlsoAmongThoseThatOnlyWait() {
    var queue = queue(["", "", "", ""], parallelism: 8, waiting: [1, 2])
    for step in [3, 2, 1, 0] { queue.add(step) }
    #expect(drain(&queue) == [.start(0), .start(1), .start(2), .start(3)])
  }

  @Test func whatIsForgottenIsForgottenAlsoAmongThoseThatOnlyWait() {
    var queue = queue(["", ""], parallelism: 1, waiting: [1])
    for step in 0..<2 { queue.add(step) }
    queue.clear()
    #expect(drain(&queue) == [])
  }

  /// Every queue of four steps, one or two places, every set of waiting steps, every choice of targets among none, `a` and
  /// `b`, steps ending first-come or last-come: against a plain model.
  @Test(arguments: [1, 2]) func everySmallQueueStartsWhatItMayAndNothingElse(_ parallelism: Int) {
    let choices = ["", "a", "b"]
    for combination in 0..<81 {
      let targets = (0..<4).map { choices[combination / [1, 3, 9, 27][$0] % 3] }
      for mask in 0..<16 {
        let waiting = Set((0..<4).filter { mask & (1 << $0) != 0 })
        for endsFirst in [true, false] {
          check(targets, parallelism, waiting, endsFirst: endsFirst)
        }
      }
    }
  }

  private func check(_ targets: [String], _ parallelism: Int, _ waiting: Set<Int>, endsFirst: Bool) {
    var queue = queue(targets, parallelism: parallelism, waiting: waiting)
    for step in targets.indices { queue.add(step) }
    var running: [Int] = []
    var started: Set<Int> = []
    func mayStart(_ step: Int) -> Bool {
      let hasPlace = waiting.contains(step) || running.count { !waiting.contains($0) } < parallelism
      let isFree = targets[step].isEmpty || !running.contains { targets[$0] == targets[step] }
      return !started.contains(step) && hasPlace && isFree
    }
    for _ in 0...targets.count {
      for turn in drain(&queue) {
        guard case .start(let step) = turn else {
          Issue.record("\(targets) \(waiting): \(turn)")
          return
        }
        #expect(mayStart(step), "\(targets) \(waiting) \(parallelism): \(step) starts beside \(running)")
        started.insert(step)
        running.append(step)
      }
      let idle = targets.indices.filter(mayStart)
      #expect(idle.isEmpty, "\(targets) \(waiting) \(parallelism): \(idle) idle beside \(running)")
      guard !running.isEmpty else { break }
      queue.finish(endsFirst ? running.removeFirst() : running.removeLast())
    }
    #expect(started.count == targets.count, "\(targets) \(waiting) \(parallelism)")
  }
}
