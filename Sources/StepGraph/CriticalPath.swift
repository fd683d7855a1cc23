import Values

/// The chain of steps that decides when the recovery is over.
public struct CriticalPath: Sendable {
  /// The steps, first to last, as indices into the graph's nodes.
  public let nodes: [Int]
  /// How long they take together.
  public let total: Duration
  /// When each step of the graph starts at the earliest and ends, if everything takes the assumed time.
  public let spans: [Span]

  /// A step's place in time.
  public struct Span: Sendable {
    /// From the start of the run.
    public let start: Duration
    /// From the start of the run.
    public let end: Duration
  }
}

extension StepGraph {
  /// The critical path to `restoredWhen`, or to the last main step when nothing verifies, if each step takes
  /// `duration` of it and nothing waits for a lock or a free place.
  public func criticalPath(taking duration: (StepNode) -> Duration) -> CriticalPath {
    var spans = [CriticalPath.Span](repeating: .init(start: .zero, end: .zero), count: nodes.count)
    var before = [Int?](repeating: nil, count: nodes.count)
    for node in order where node < mainCount {
      var start = Duration.zero
      for predecessor in nodes[node].predecessors where spans[predecessor].end > start || before[node] == nil
      {
        start = max(start, spans[predecessor].end)
        before[node] = predecessor
      }
      spans[node] = .init(start: start, end: start + duration(nodes[node]))
    }
    let mainEnd = spans[..<mainCount].map(\.end).max() ?? .zero
    for node in order where node >= mainCount {
      let start = nodes[node].predecessors.map { spans[$0].end }.max() ?? mainEnd
      spans[node] = .init(start: start, end: start + duration(nodes[node]))
    }
    guard let last = restoredWhen ?? (0..<mainCount).max(by: { spans[$0].end < spans[$1].end }) else {
      return CriticalPath(nodes: [], total: .zero, spans: spans)
    }
    var path = [last]
    while let node = before[path[path.count - 1]] { path.append(node) }
    return CriticalPath(nodes: path.reversed(), total: spans[last].end, spans: spans)
  }

  /// The steps that run after `node`, directly or through others.
  public func descendants(of node: Int) -> Set<Int> { reach(node) { nodes[$0].successors } }

  /// The steps that `node` waits for, directly or through others.
  public func ancestors(of node: Int) -> Set<Int> { reach(node) { nodes[$0].predecessors } }

  private func reach(_ node: Int, _ neighbours: (Int) -> [Int]) -> Set<Int> {
    var seen: Set<Int> = []
    var open = [node]
    while let current = open.popLast() {
      for neighbour in neighbours(current) where seen.insert(neighbour).inserted { open.append(neighbour) }
    }
    return seen
  }
}
