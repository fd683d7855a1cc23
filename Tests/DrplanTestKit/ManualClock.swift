import Synchronization

/// A clock that stands still until a test moves it, for whatever takes its time from a parameter.
public final class ManualClock: Sendable {
  private struct Sleeper: Sendable {
    let id: Int
    let until: Duration
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State: Sendable {
    var now = Duration.zero
    var nextID = 0
    var sleepers: [Sleeper] = []
    /// Sleepers cancelled before they lay down.
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())

  /// A clock at zero.
  public init() {}

  /// How long it has run.
  public func now() -> Duration { state.withLock { $0.now } }

  /// When the first sleeper would wake; nil if nobody sleeps.
  public var nextWake: Duration? { state.withLock { $0.sleepers.map(\.until).min() } }

  /// Moves the clock and wakes whoever is due.
  public func advance(by duration: Duration) {
    let due = state.withLock { state -> [Sleeper] in
      state.now += duration
      let due = state.sleepers.filter { $0.until <= state.now }
      state.sleepers.removeAll { $0.until <= state.now }
      return due
    }
    for sleeper in due { sleeper.continuation.resume(returning: true) }
  }

  /// Moves the clock to that time, if it is before.
  public func advance(to instant: Duration) {
    let rest = instant - now()
    if rest > .zero { advance(by: rest) }
  }

  /// Returns when the clock stands at that time or later; throws as soon as its task is cancelled.
  public func sleep(until instant: Duration) async throws(CancellationError) {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let isAwake = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer = state.withLock { state -> Bool? in
          if state.cancelled.remove(id) != nil { return false }
          if instant <= state.now { return true }
          state.sleepers.append(Sleeper(id: id, until: instant, continuation: continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let sleeper = state.withLock { state -> Sleeper? in
        guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
          state.cancelled.insert(id)
          return nil
        }
        return state.sleepers.remove(at: index)
      }
      sleeper?.continuation.resume(returning: false)
    }
    if !isAwake { throw CancellationError() }
  }
}
