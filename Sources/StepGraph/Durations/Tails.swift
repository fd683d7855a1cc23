import Values

extension StepGraph {
  /// How long the recovery still takes after each step is over, at the least: the longest path from there to the end of
  /// `restoredWhen`, if step `n` takes `durations[n]`; nil where `restoredWhen` does not wait for the step.
  ///
  /// Zero for `restoredWhen` itself. Nothing in it waits for a lock or a free place. Linear in steps and needs.
  public func tails(taking durations: [Duration]) -> [Duration?] {
    var tails = [Duration?](repeating: nil, count: nodes.count)
    guard let restoredWhen else { return tails }
    tails[restoredWhen] = .zero
    for node in order.reversed() {
      guard let tail = tails[node] else { continue }
      let path = tail + durations[node]
      for need in nodes[node].predecessors { tails[need] = max(tails[need] ?? .zero, path) }
    }
    return tails
  }
}
