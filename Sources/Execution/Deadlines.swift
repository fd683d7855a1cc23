/// What is due when, for many steps with one timer.
///
/// A deadline is not taken out when it loses its point, but passed over when its time comes: its step has another
/// `generation` then.
struct Deadlines: Sendable {
  /// One deadline.
  struct Entry: Comparable, Sendable {
    let time: Duration
    let step: Int
    let generation: Int

    static func < (left: Self, right: Self) -> Bool {
      (left.time, left.step, left.generation) < (right.time, right.step, right.generation)
    }
  }

  private var entries = MinHeap<Entry>()
  /// When the timer is set to fire, if it is set.
  private var armed: Duration?

  mutating func add(_ time: Duration, step: Int, generation: Int) {
    entries.insert(Entry(time: time, step: step, generation: generation))
  }

  /// The timer fired: it has to be set again.
  mutating func fired() { armed = nil }

  /// Takes out the next deadline at or before `now`.
  mutating func popDue(at now: Duration) -> Entry? {
    guard let first = entries.min, first.time <= now else { return nil }
    return entries.popMin()
  }

  /// When to set the timer; nil if it is set early enough or nothing is due.
  mutating func rearm(isCurrent: (Entry) -> Bool) -> Duration? {
    while let first = entries.min, !isCurrent(first) { _ = entries.popMin() }
    guard let first = entries.min else { return nil }
    if let armed, armed <= first.time { return nil }
    armed = first.time
    return first.time
  }
}
