public import RunEvents
import Synchronization
import Values

/// A record of a run in memory, which can be made to break.
public final class ScriptedRecorder: EventRecorder {
  private struct State: Sendable {
    var events: [RunEvent] = []
    var batches: [Int] = []
    var calls = 0
  }

  private let run: RunID
  private let plan: PlanName
  private let failingCall: Int?
  private let willRecord: @Sendable ([RunEvent.Body]) async -> Void
  private let state = Mutex(State())

  /// An empty record; the call of that number, from 1, fails, and all after it.
  public init(
    failingCall: Int? = nil, willRecord: @escaping @Sendable ([RunEvent.Body]) async -> Void = { _ in }
  ) {
    run = PlanFixtures.runID
    plan = PlanFixtures.planName
    self.failingCall = failingCall
    self.willRecord = willRecord
  }

  /// What is on record.
  public var bodies: [RunEvent.Body] { state.withLock { $0.events.map(\.body) } }

  /// How many events each successful call recorded.
  public var batches: [Int] { state.withLock { $0.batches } }

  /// Takes events, numbered; time stands still.
  public func record(_ bodies: [RunEvent.Body]) async throws(RecordingError) -> [RunEvent] {
    await willRecord(bodies)
    let recorded = state.withLock { state -> [RunEvent]? in
      state.calls += 1
      if let failingCall, state.calls >= failingCall { return nil }
      let first = state.events.count
      let new = bodies.enumerated().map { offset, body in
        RunEvent(
          sequence: first + offset, run: run, plan: plan, time: Timestamp(seconds: 0), elapsed: .zero,
          body: body)
      }
      state.events += new
      state.batches.append(new.count)
      return new
    }
    guard let recorded else { throw RecordingError("scripted to fail: no space left on device") }
    return recorded
  }
}
