import Diagnostics
import DrplanTestKit
import PlanModel
import StepGraph
import Testing
import Values

@Suite struct TimeBudgetTests {
  private func plan(_ rto: String, _ steps: [String]) -> GraphedPlan {
    GraphedPlan.steps(steps.joined(separator: "\n"), objectives: "{rto: 1️⃣\(rto)2️⃣, rpo: 5m}")
  }

  @Test func timeoutsOverTheRTOAreRefusedWithTheSum() {
    let plan = plan("10m", [run("a", "timeout: 6m"), run("b", "timeout: 4m1s")])
    #expect(plan.codes == ["DRP303"])
    #expect(plan.messages == ["timeouts on a -> b add up to 10m1s, over the RTO of 10m"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.graph == nil)
  }

  @Test func timeoutsThatJustFitAreWarnedOfWithTheMargin() {
    let plan = plan("10m", [run("a", "timeout: 6m"), run("b", "timeout: 4m")])
    #expect(plan.codes == ["DRP310"])
    #expect(plan.messages == ["timeouts on a -> b add up to 10m: 0s of the RTO of 10m is left"])
    #expect(
      self.plan("10m", [run("a", "timeout: 9m1s")]).messages == [
        "timeouts on a add up to 9m1s: 59s of the RTO of 10m is left"
      ])
  }

  @Test func aTenthOfTheRTOIsEnough() { #expect(plan("10m", [run("a", "timeout: 9m")]).codes == []) }

  @Test func stepsSideBySideDoNotAddUp() {
    let steps = [
      run("a", "timeout: 6m"), run("b", "timeout: 6m, needs: []"), run("c", "timeout: 3m, needs: [a, b]"),
    ]
    #expect(plan("10m", steps).codes == [])
  }

  @Test func whatRunsAfterTheClockStoppedDoesNotCount() {
    let steps = [
      restore("r", "orders", "timeout: 6m"), verify("v", "orders", "timeout: 2m"), run("z", "timeout: 9m"),
    ]
    #expect(plan("10m", steps).codes == [])
  }

  @Test func drillStepsDoNotCount() {
    #expect(plan("10m", [run("a", "timeout: 6m"), run("b", "timeout: 6m, modes: [drill]")]).codes == [])
  }

  @Test func aStepWithoutTimeoutCountsItsEstimate() {
    #expect(plan("10m", [run("a"), run("b")]).codes == [])
    #expect(plan("10m", [run("a", "estimate: 11m")]).codes == ["DRP303"])
  }

  @Test func aLongPathIsCutInTheMiddle() {
    let plan = plan("10m", (0..<12).map { run("s\($0)", "timeout: 1m") })
    #expect(plan.messages == ["timeouts on s0 -> ... 10 steps ... -> s11 add up to 12m, over the RTO of 10m"])
  }

  @Test func timeoutsThatAddUpToCenturiesAreRefused() {
    let plan = plan("10m", (0..<4).map { run("s\($0)", "timeout: 100000d") })
    #expect(plan.codes == ["DRP303"])
  }
}

@Suite struct CriticalPathTests {
  /// Random numbers that a seed repeats.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state ^ (state >> 29)) &* 0xbf58_476d_1ce4_e5b9
    }
  }

  private func randomGraph(_ seed: UInt64) throws -> (graph: StepGraph, durations: [Duration]) {
    var numbers = Numbers(state: seed)
    let count = Int.random(in: 1...9, using: &numbers)
    let names = (0..<count).map { "s\($0)" }.shuffled(using: &numbers)
    let steps = names.indices.map { index in
      let needs = names[..<index].filter { _ in Int.random(in: 0..<3, using: &numbers) == 0 }
      return PlanFixtures.step(names[index], needs: Array(needs), timeout: .seconds(1))
    }
    let graph = try #require(GraphBuilder.build(PlanFixtures.plan(steps.shuffled(using: &numbers))).graph)
    return (graph, (0..<count).map { _ in .seconds(Int.random(in: 0...5, using: &numbers)) })
  }

  /// The longest chain that ends in `node`, by trying all.
  private func longest(_ node: Int, _ graph: StepGraph, _ durations: [Duration]) -> Duration {
    durations[node] + (graph.nodes[node].predecessors.map { longest($0, graph, durations) }.max() ?? .zero)
  }

  @Test(arguments: UInt64(0)..<200) func itIsTheLongestOfAllPaths(_ seed: UInt64) throws {
    let (graph, durations) = try randomGraph(seed)
    let index = Dictionary(uniqueKeysWithValues: graph.nodes.enumerated().map { ($1.step.id, $0) })
    let path = graph.criticalPath { durations[index[$0.step.id] ?? 0] }
    let best = graph.nodes.indices.map { longest($0, graph, durations) }.max() ?? .zero
    #expect(path.total == best)
    #expect(path.nodes.map { durations[$0] }.reduce(.zero, +) == best)
    for (before, after) in zip(path.nodes, path.nodes.dropFirst()) {
      #expect(graph.nodes[after].predecessors.contains(before))
    }
    #expect(path.nodes.first.map { graph.nodes[$0].predecessors.isEmpty } == true)
    for node in graph.nodes.indices { #expect(path.spans[node].end == longest(node, graph, durations)) }
  }

  @Test(arguments: UInt64(0)..<50) func everyStepComesAfterThoseItNeeds(_ seed: UInt64) throws {
    let (graph, _) = try randomGraph(seed)
    let place = Dictionary(uniqueKeysWithValues: graph.order.enumerated().map { ($1, $0) })
    #expect(Set(graph.order) == Set(graph.nodes.indices))
    for (node, entry) in graph.nodes.enumerated() {
      for need in entry.predecessors {
        #expect((place[need] ?? 0) < (place[node] ?? 0))
        #expect(graph.nodes[need].successors.contains(node))
      }
    }
  }

  @Test(arguments: UInt64(0)..<50) func ancestorsAndDescendantsMirrorEachOther(_ seed: UInt64) throws {
    let (graph, _) = try randomGraph(seed)
    for node in graph.nodes.indices {
      #expect(!graph.ancestors(of: node).contains(node))
      for other in graph.descendants(of: node) { #expect(graph.ancestors(of: other).contains(node)) }
    }
  }

  @Test func itEndsWhereTheClockStops() throws {
    let plan = GraphedPlan.steps(
      [restore("r", "orders", "timeout: 1m"), verify("v", "orders", "timeout: 1m"), run("z", "timeout: 9m")]
        .joined(separator: "\n"))
    let graph = try #require(plan.graph)
    #expect(graph.worstPath.nodes == [0, 1])
    #expect(graph.worstPath.total == .seconds(120))
  }

  @Test func estimatesMakeTheExpectedPathAndTimeoutsTheWorst() throws {
    let graph = try #require(
      GraphedPlan.steps(
        [run("a", "timeout: 5m, estimate: 1m"), run("b", "timeout: 2m"), run("c", "estimate: 3m")].joined(
          separator: "\n")
      ).graph)
    #expect(graph.expectedPath.total == .seconds(360))
    #expect(graph.worstPath.total == .seconds(600))
    #expect(!graph.hasUnknownDurations)
    #expect(try #require(GraphedPlan.steps(run("a")).graph).hasUnknownDurations)
  }

  @Test func finallyBeginsWhenAllMainStepsAreOver() throws {
    let graph = try #require(
      GraphedPlan.steps(run("a", "timeout: 5m"), finally: run("z", "timeout: 1m")).graph)
    #expect(graph.expectedPath.spans[1].start == .seconds(300))
    #expect(graph.expectedPath.spans[1].end == .seconds(360))
    #expect(graph.expectedPath.nodes == [0])
  }
}
