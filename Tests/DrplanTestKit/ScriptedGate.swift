import Synchronization

/// Something that tests wait for and open by hand.
public final class ScriptedGate: Sendable {
  private struct State: Sendable {
    var isOpen = false
    var nextID = 0
    var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())

  /// A closed gate.
  public init() {}

  /// Whether it is open.
  public var isOpen: Bool { state.withLock { $0.isOpen } }

  /// Lets everyone through, now and later.
  public func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in waiting { continuation.resume(returning: true) }
  }

  /// Returns when the gate is open, whether or not the task is cancelled.
  public func pass() async {
    _ = await withCheckedContinuation { wait(as: nil, $0) }
  }

  /// Returns when the gate is open; throws as soon as its task is cancelled.
  public func passUnlessCancelled() async throws(CancellationError) {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let isThrough = await withTaskCancellationHandler {
      await withCheckedContinuation { wait(as: id, $0) }
    } onCancel: {
      let continuation = state.withLock { state in
        if state.waiting[id] == nil { state.cancelled.insert(id) }
        return state.waiting.removeValue(forKey: id)
      }
      continuation?.resume(returning: false)
    }
    if !isThrough { throw CancellationError() }
  }

  private func wait(as id: Int?, _ continuation: CheckedContinuation<Bool, Never>) {
    let answer = state.withLock { state -> Bool? in
      if state.isOpen { return true }
      if let id, state.cancelled.remove(id) != nil { return false }
      if id == nil { state.nextID += 1 }
      state.waiting[id ?? state.nextID] = continuation
      return nil
    }
    if let answer { continuation.resume(returning: answer) }
  }
}
