import RunEvents
import Values

/// Shares a time out along the actual critical path.
///
/// Walking back from the step that ended the time: the step's own span belongs to its phase; of the steps it needs,
/// the one that ended last made it wait, and so on. What lies between them is overhead, what lies before the run's
/// first event is `beforeRun`. Every instant belongs to exactly one share, so that the shares add up to the whole.
struct PhaseShares {
  private(set) var shares: [String: Duration] = [:]
  private(set) var path: [StepID] = []
  let whole: Duration

  init(fold: RunRecordFold, last: StepID?, until end: Duration, lead: Duration) {
    whole = lead + end
    var cursor = end
    var next = last
    var seen: Set<StepID> = []
    while let id = next, seen.insert(id).inserted, let track = fold.step(id), let start = track.startElapsed {
      let finish = min(track.finishElapsed ?? cursor, cursor)
      add("overhead", cursor - finish)
      add(track.outline.phase.rawValue, finish - min(start, finish))
      cursor = min(start, finish)
      path.append(id)
      next = Self.blocker(of: track, in: fold, before: cursor)
    }
    path.reverse()
    add("overhead", cursor)
    add("beforeRun", lead)
  }

  /// The one of the needed steps that ended last; a needed step that never ran hands on to those it needs itself.
  private static func blocker(of track: StepTrack, in fold: RunRecordFold, before: Duration) -> StepID? {
    var best: (id: StepID, end: Duration)?
    var open = track.outline.needs
    var seen: Set<StepID> = []
    while let id = open.popLast() {
      guard seen.insert(id).inserted, let needed = fold.step(id) else { continue }
      guard needed.startElapsed != nil else {
        open += needed.outline.needs
        continue
      }
      guard let end = needed.finishElapsed, end <= before else { continue }
      if let known = best, end < known.end || end == known.end && known.id < id { continue }
      best = (id, end)
    }
    return best?.id
  }

  private mutating func add(_ phase: String, _ time: Duration) {
    guard time > .zero else { return }
    shares[phase, default: .zero] += time
  }

  /// The shares in the order of a recovery, in tenths of a percent that add up to 100 (largest remainder).
  var records: [PhaseShare] {
    let order = ["beforeRun"] + StepPhase.allCases.map(\.rawValue) + ["overhead"]
    let present = order.compactMap { name in shares[name].map { (name, $0) } }
    let total = whole.nanoseconds
    guard total > 0 else { return [] }
    let exact = present.map { Double($0.1.nanoseconds) / Double(total) * 1000 }
    var tenths = exact.map { Int($0) }
    let missing = max(0, 1000 - tenths.reduce(0, +))
    let byRemainder = exact.indices.sorted {
      let (left, right) = (exact[$0] - Double(tenths[$0]), exact[$1] - Double(tenths[$1]))
      return left == right ? $0 < $1 : left > right
    }
    for position in byRemainder.prefix(missing) { tenths[position] += 1 }
    return zip(present, tenths).map { share, tenths in
      PhaseShare(phase: share.0, seconds: share.1.roundedSeconds, percent: Double(tenths) / 10)
    }
  }
}
