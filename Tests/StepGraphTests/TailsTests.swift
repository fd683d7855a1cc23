import DrplanTestKit
import PlanModel
import StepGraph
import Testing
import Values

@Suite struct TailsTests {
  /// Every path from a step to the one that stops the clock, one by one.
  private func longest(_ graph: StepGraph, from node: Int, _ durations: [Duration]) -> Duration? {
    if node == graph.restoredWhen { return .zero }
    return graph.nodes[node].successors.compactMap { next in
      longest(graph, from: next, durations).map { $0 + durations[next] }
    }.max()
  }

  private func random(_ seed: UInt64) -> (StepGraph, [Duration])? {
    var random = TailNumbers(state: seed)
    let count = Int.random(in: 1...9, using: &random)
    let steps = (0..<count).map { step in
      let needs = (0..<step).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }.map { "s\($0)" }
      return
        "- {id: s\(step), action: RunCommand, needs: [\(needs.joined(separator: ", "))], with: {command: [x]}}"
    }
    let proof = Int.random(in: 0..<count, using: &random)
    let needs = (0...proof).map { "s\($0)" }
    let chosen = needs.filter { _ in Bool.random(using: &random) }
    let text =
      steps.joined(separator: "\n")
      + "\n- {id: proof, action: VerifyIntegrity, needs: [\(chosen.joined(separator: ", "))], "
      + "with: {checks: [{type: EngineCheck, database: orders}]}}"
    guard let graph = GraphedPlan.steps(text).graph else { return nil }
    return (
      graph, graph.nodes.map { _ in .seconds(Int.random(in: 0...100, using: &random)) }
    )
  }

  @Test func tailsAreTheLongestPathsToTheStepThatStopsTheClock() throws {
    var withoutPath = 0
    for seed in UInt64(0)..<300 {
      let (graph, durations) = try #require(random(seed), "seed \(seed)")
      let tails = graph.tails(taking: durations)
      for node in graph.nodes.indices {
        let expected = longest(graph, from: node, durations)
        if expected == nil { withoutPath += 1 }
        #expect(tails[node] == expected, "seed \(seed), step \(node)")
      }
    }
    #expect(withoutPath > 20, "hardly any step is off the path: the graphs are not random enough")
  }

  @Test func theStepThatStopsTheClockHasNoTail() throws {
    let graph = try #require(GraphedPlan.steps(restore("r") + "\n" + verify("v") + "\n" + run("z")).graph)
    let seconds: [Duration] = [.seconds(5), .seconds(7), .seconds(11)]
    #expect(graph.tails(taking: seconds) == [.seconds(7), .zero, nil])
  }

  @Test func withoutAStepThatStopsTheClockThereAreNoTails() throws {
    let graph = try #require(GraphedPlan.steps(run("a") + "\n" + run("b")).graph)
    #expect(graph.tails(taking: [.seconds(1), .seconds(1)]) == [nil, nil])
  }
}

private struct TailNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}
