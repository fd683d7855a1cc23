import Synchronization

/// The sessions of children that have not been reaped: none of them outlives the work it was started for.
///
/// A session is let go of and its leader reaped under one lock, so that a number in here never names a stranger.
enum LiveSessions {
  private struct State {
    var leaders: Set<Int32> = []
    var isClosed = false
  }

  private static let state = Mutex(State())

  /// Remembers a child that was just started; false when no child may run any more.
  static func add(_ leader: Int32) -> Bool {
    state.withLock { state in
      guard !state.isClosed else { return false }
      state.leaders.insert(leader)
      return true
    }
  }

  /// Forgets a child while `reap` makes its number free.
  static func remove<Result>(_ leader: Int32, reap: () -> Result) -> Result {
    state.withLock { state in
      state.leaders.remove(leader)
      return reap()
    }
  }

  /// Kills all of them, and every child that is started from now on.
  static func close() {
    state.withLock { state in
      state.isClosed = true
      for leader in state.leaders {
        guard let identity = ProcessTable.facts(of: leader)?.identity else { continue }
        // One that cannot be signalled has ended.
        _ = try? ProcessTable.send(.kill, toSessionOf: identity)
      }
    }
  }
}
