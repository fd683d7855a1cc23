public import RunEvents
public import StepGraph

/// What a run would do, as far as the plan alone says: which steps, and in which order.
public struct StaticDryRun: Sendable, Equatable {
  /// One step that would be left out.
  public struct Skip: Sendable, Equatable {
    /// The step's index in the graph.
    public var step: Int
    /// Why.
    public var reason: StepError
  }

  /// Main steps that would run, by index: those of a wave need only steps of waves before it, and so could run at once.
  ///
  /// Whether they do depends on the options' parallelism and on what they change.
  public var waves: [[Int]]
  /// The same for `finally`.
  public var finally: [[Int]]
  /// Steps that would be left out, in the plan's order.
  public var skips: [Skip]

  /// Looks at the graph only.
  public init(_ graph: StepGraph, mode: RunMode, options: ExecutionOptions = ExecutionOptions()) {
    let leftOut = LeftOut.steps(of: graph, mode: mode, options: options)
    skips = leftOut.sorted { $0.key < $1.key }.map { Skip(step: $0.key, reason: $0.value) }
    // The wave of each step; a step that is left out passes on that of what it needs.
    var reached = [Int](repeating: 0, count: graph.nodes.count)
    waves = []
    finally = []
    for step in graph.order {
      let node = graph.nodes[step]
      let before = node.predecessors.filter { graph.nodes[$0].isFinally == node.isFinally }
      let wave = before.map { reached[$0] }.max() ?? 0
      guard leftOut[step] == nil else {
        reached[step] = wave
        continue
      }
      reached[step] = wave + 1
      if node.isFinally {
        Self.add(step, to: wave, of: &finally)
      } else {
        Self.add(step, to: wave, of: &waves)
      }
    }
    waves = waves.map { $0.sorted() }
    finally = finally.map { $0.sorted() }
  }

  private static func add(_ step: Int, to wave: Int, of waves: inout [[Int]]) {
    while waves.count <= wave { waves.append([]) }
    waves[wave].append(step)
  }
}
