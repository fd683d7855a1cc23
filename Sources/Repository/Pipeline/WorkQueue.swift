import BackendKit
import HostSystem

/// Jobs for worker threads, bounded by the bytes they stand for; the first failure stops everyone.
final class WorkQueue<Job: Sendable>: Sendable {
  private struct State {
    /// Nil is one that was taken: a job may hold a file open, and must not stay here until there is time to clear up.
    var jobs: [(number: Int, job: Job)?] = []
    var head = 0
    var submitted = 0
    var inFlight = 0
    var isClosed = false
    var failure: SnapshotError?
  }

  private let state = Guarded(State())
  private let limit: Int
  private let flag: CancellationFlag

  /// A queue that lets about `limit` bytes be in flight.
  init(limit: Int, flag: CancellationFlag) {
    self.limit = limit
    self.flag = flag
  }

  /// Adds a job, waiting for room; throws what a worker failed with.
  func submit(_ job: Job, weight: Int) throws(SnapshotError) {
    if flag.isCancelled { fail(.cancelled) }
    let result: Result<Void, SnapshotError> = state.wait { state in
      if let failure = state.failure { return .failure(failure) }
      guard state.inFlight == 0 || state.inFlight + weight <= limit else { return nil }
      state.jobs.append((state.submitted, job))
      state.submitted += 1
      state.inFlight += weight
      return .success(())
    }
    try result.get()
  }

  /// No more jobs will come.
  func close() { state.with { $0.isClosed = true } }

  /// The next job and its number in order of submission; nil at the end, and after any failure.
  func take() -> (number: Int, job: Job)? {
    if flag.isCancelled { fail(.cancelled) }
    return state.wait { state -> (number: Int, job: Job)?? in
      if state.failure != nil { return .some(nil) }
      if state.head < state.jobs.count, let next = state.jobs[state.head] {
        state.jobs[state.head] = nil
        state.head += 1
        if state.head == state.jobs.count || state.head > 1024 {
          state.jobs.removeFirst(state.head)
          state.head = 0
        }
        return .some(next)
      }
      return state.isClosed ? .some(nil) : nil
    }
  }

  /// A job's bytes are no longer in flight.
  func release(_ weight: Int) { state.with { $0.inFlight -= weight } }

  /// Stops everyone; the first error wins.
  func fail(_ error: SnapshotError) { state.with { $0.failure = $0.failure ?? error } }

  /// Throws what anyone failed with.
  func check() throws(SnapshotError) {
    if flag.isCancelled { fail(.cancelled) }
    if let failure = state.with({ $0.failure }) { throw failure }
  }

  /// Whether anyone failed.
  var hasFailed: Bool { state.with { $0.failure != nil } }

  /// How many jobs there were; meant for after `close`.
  var total: Int { state.with { $0.submitted } }
}
