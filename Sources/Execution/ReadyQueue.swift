import BackendKit

/// Decides which of the steps that could start may start: as many as may run at once, never two that change the same
/// target, the first in the plan before those after it.
///
/// A step that only waits, for people, takes no place: it neither waits for one nor keeps another step from running.
/// No step waits while its targets and a place are free: a step that waits for a long restore does not hold up others
/// that need only the rest of its targets. Work for each call is logarithmic, however many steps wait.
struct ReadyQueue: Sendable {
  /// What to do with the next step.
  enum Turn: Equatable {
    /// It may start; it has its place and its targets now.
    case start(Int)
    /// It can never start: `holder` did not stop when told to, and may still be changing a target of it.
    case barred(Int, holder: Int)
  }

  private static let nobody = -1

  /// The targets of each step, as numbers.
  private let targets: [[Int]]
  /// The step that has each target, or `nobody`.
  private var holders: [Int]
  /// Steps that take no place.
  private let placeless: Set<Int>
  /// Steps to look at, the first in the plan first.
  private var ready = MinHeap<Int>()
  /// The same for those that take no place.
  private var readyToWait = MinHeap<Int>()
  /// Steps that were looked at and wait for a target.
  ///
  /// While any wait for a free one, one of them is in `ready`.
  private var parked: [MinHeap<Int>]
  /// The same for those that take no place, of which then one is in `readyToWait`: one that needs a place may have to
  /// wait for it, and must not hold up one that needs none.
  private var parkedToWait: [MinHeap<Int>]
  /// For a step that came back to `ready` because a target became free: that target.
  private var wokenBy: [Int: Int] = [:]
  private var lost: Set<Int> = []
  private var freePlaces: Int

  /// An empty queue for steps with those targets, of which at most `parallelism` run at once, those that are `placeless`
  /// not counted.
  init(targets names: [[TargetName]], parallelism: Int, placeless: Set<Int> = []) {
    self.placeless = placeless
    var numbers: [TargetName: Int] = [:]
    for list in names {
      for name in list where numbers[name] == nil { numbers[name] = numbers.count }
    }
    targets = names.map { list in Set(list.compactMap { numbers[$0] }).sorted() }
    holders = Array(repeating: Self.nobody, count: numbers.count)
    parked = Array(repeating: MinHeap(), count: numbers.count)
    parkedToWait = parked
    freePlaces = max(1, parallelism)
  }

  /// Adds a step whose needs are met, or that a target became free for.
  mutating func add(_ step: Int) {
    if placeless.contains(step) { readyToWait.insert(step) } else { ready.insert(step) }
  }

  /// The next step that may start, or never can; nil when all that wait have to wait.
  mutating func next() -> Turn? {
    while let step = popReady() {
      let origin = wokenBy.removeValue(forKey: step)
      if let target = targets[step].first(where: { lost.contains(holders[$0]) }) {
        let holder = holders[target]
        passOn(origin)
        return .barred(step, holder: holder)
      }
      if let busy = targets[step].first(where: { holders[$0] != Self.nobody }) {
        park(step, busy)
        passOn(origin)
        continue
      }
      for target in targets[step] { holders[target] = step }
      if !placeless.contains(step) { freePlaces -= 1 }
      return .start(step)
    }
    return nil
  }

  /// The first step that a place, if it needs one, is free for.
  private mutating func popReady() -> Int? {
    guard freePlaces > 0, let first = ready.min else { return readyToWait.popMin() }
    if let waiting = readyToWait.min, waiting < first { return readyToWait.popMin() }
    return ready.popMin()
  }

  private mutating func park(_ step: Int, _ target: Int) {
    if placeless.contains(step) { parkedToWait[target].insert(step) } else { parked[target].insert(step) }
  }

  private mutating func freePlace(of step: Int) {
    if !placeless.contains(step) { freePlaces += 1 }
  }

  /// A started step is over: its place and its targets are free.
  mutating func finish(_ step: Int) {
    freePlace(of: step)
    releaseTargets(of: step)
  }

  /// A started step would not stop: its place is free, its targets are not.
  mutating func abandon(_ step: Int) {
    freePlace(of: step)
    lost.insert(step)
    for target in targets[step] {
      while let waiting = parked[target].popMin() ?? parkedToWait[target].popMin() { add(waiting) }
    }
  }

  /// An abandoned step stopped after all: its targets are free.
  mutating func recover(_ step: Int) {
    lost.remove(step)
    releaseTargets(of: step)
  }

  /// Forgets every step that waits.
  mutating func clear() {
    ready = MinHeap()
    readyToWait = MinHeap()
    wokenBy = [:]
    for target in parked.indices {
      parked[target] = MinHeap()
      parkedToWait[target] = MinHeap()
    }
  }

  private mutating func releaseTargets(of step: Int) {
    for target in targets[step] {
      holders[target] = Self.nobody
      wakeNext(target)
    }
  }

  /// A step that was woken by a target and does not take it leaves it to the next that waits for it.
  private mutating func passOn(_ target: Int?) {
    if let target, holders[target] == Self.nobody { wakeNext(target) }
  }

  private mutating func wakeNext(_ target: Int) {
    for step in [parked[target].popMin(), parkedToWait[target].popMin()].compactMap({ $0 }) {
      add(step)
      wokenBy[step] = target
    }
  }
}
