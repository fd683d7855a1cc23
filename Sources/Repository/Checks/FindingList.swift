import HostSystem

/// What many threads find: the first thousand in order, and how many in all.
final class FindingList<Finding: Comparable & Sendable>: Sendable {
  private struct State {
    var kept: [Finding] = []
    var count: Int64 = 0
  }

  private let state = Guarded(State())
  private static var limit: Int { 1000 }

  /// Adds one.
  func add(_ finding: Finding) {
    state.with { state in
      state.count += 1
      state.kept.append(finding)
      // Kept sorted now and then only, so that the thousand are the first by order, not by chance.
      if state.kept.count >= 4 * Self.limit {
        state.kept.sort()
        state.kept.removeLast(state.kept.count - Self.limit)
      }
    }
  }

  /// The first in order, and how many there were.
  var result: (first: [Finding], count: Int64) {
    state.with { (Array($0.kept.sorted().prefix(Self.limit)), $0.count) }
  }
}
