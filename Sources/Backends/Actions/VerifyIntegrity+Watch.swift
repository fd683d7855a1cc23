import BackendKit
import HostSystem
import RunEvents
import Values

extension VerifyIntegrity {
  /// Makes the watched checks in turn, each at its interval, until the time of the longest is over.
  ///
  /// A check that names repairs ends the watch as soon as it does not pass; any other goes on, for it may pass again.
  func watch(_ context: StepContext) async -> WatchOutcome {
    let clock = HostClock()
    let start = clock.uptime
    var watched = checks.enumerated().compactMap { index, planned in
      planned.watch.map { WatchedCheck(planned, position: index + 1, watch: $0, start: start) }
    }
    while let index = watched.indices.filter({ !watched[$0].isOver }).min(by: {
      watched[$0].due < watched[$1].due
    }) {
      do throws(CancellationError) {
        try await clock.sleep(untilUptime: watched[index].due)
      } catch {
        break
      }
      let record = await Self.look(watched[index].planned, at: watched[index].position, context)
      if Task.isCancelled { break }
      if let look = watched[index].take(record, now: clock.uptime) {
        // Without a record there is no run any more; what was found is told by its absence.
        guard (try? await context.record(.watched(look))) != nil else { break }
      }
      if record.state != .passed, watched[index].planned.endsWatch { break }
    }
    let bad = watched.filter { $0.planned.isRequired && $0.last != .passed && $0.last != nil }.map(
      \.planned.id)
    return bad.isEmpty ? .passed : .failed(bad)
  }
}

extension PlannedCheck {
  /// Whether a watch ends when it does not pass, for steps to repair that; a remark has nothing repaired.
  fileprivate var endsWatch: Bool { isRequired && !repair.isEmpty }
}

/// A check in a watch.
private struct WatchedCheck {
  let planned: PlannedCheck
  let position: Int
  private let interval: Duration
  private let end: Duration
  private(set) var due: Duration
  private(set) var isOver = false
  private(set) var last: CheckRecord.State?
  private var looks = 0

  init(_ planned: PlannedCheck, position: Int, watch: CheckWatch, start: Duration) {
    self.planned = planned
    self.position = position
    interval = watch.interval
    end = start + watch.duration
    due = start + min(watch.interval, watch.duration)
  }

  /// Takes what a look found; what of it goes on record.
  mutating func take(_ record: CheckRecord, now: Duration) -> WatchLook? {
    looks += 1
    let differs = last != record.state
    last = record.state
    isOver = due >= end
    due = min(max(due + interval, now), max(end, now))
    return differs || isOver ? WatchLook(check: record, looks: looks) : nil
  }
}
