import DrplanTestKit
import PlanModel
import StepGraph
import Testing
import Values

@Suite struct StepDurationTests {
  private func step(_ steps: String) throws -> (StepGraph, StepID, SHA256Digest) {
    let graph = try #require(GraphedPlan.steps(steps).graph)
    return (graph, graph.nodes[0].step.id, graph.plan.definition(of: graph.nodes[0].step))
  }

  private func duration(_ graph: StepGraph, _ measured: MeasuredSteps = MeasuredSteps()) -> StepDuration {
    StepDurations(graph, measured: measured).steps[0]
  }

  @Test func theMedianOfWhatTheSameStepTookComesFirst() throws {
    let (graph, id, definition) = try step(run("a", "estimate: 5m, timeout: 8m"))
    var measured = MeasuredSteps()
    for seconds in [40, 10, 30, 20, 90] { measured.add(id, definition: definition, took: .seconds(seconds)) }
    measured.add(id, definition: .zero, took: .seconds(1))
    let duration = duration(graph, measured)
    #expect(duration.expected == .seconds(30))
    #expect(duration.worst == .seconds(90))
    #expect(duration.basis == .history(runs: 5))
  }

  @Test func whatAStepOfThatNameTookIsAWeakerGuess() throws {
    let (graph, id, _) = try step(run("a", "estimate: 5m"))
    var measured = MeasuredSteps()
    measured.add(id, definition: .zero, took: .seconds(3))
    #expect(duration(graph, measured).expected == .seconds(3))
    #expect(duration(graph, measured).basis == .earlierDefinition(runs: 1))
  }

  @Test func withoutHistoryTheEstimateCounts() throws {
    let (graph, _, _) = try step(run("a", "estimate: 1m, timeout: 8m"))
    #expect(duration(graph).expected == .seconds(60))
    #expect(duration(graph).worst == .seconds(480))
    #expect(duration(graph).basis == .estimate)
    let (undeclared, _, _) = try step(run("a", "estimate: 1m"))
    #expect(duration(undeclared).worst == .seconds(120))
  }

  @Test func withoutEstimateATenthOfTheTimeoutIsAssumed() throws {
    let (graph, _, _) = try step(run("a", "timeout: 8m"))
    #expect(duration(graph).expected == .seconds(48))
    #expect(duration(graph).basis == .assumed)
    let (undeclared, _, _) = try step(run("a"))
    #expect(duration(undeclared).expected == .seconds(90), "a tenth of the RTO")
  }

  @Test func aStepThatTheModeLeavesOutTakesNoTime() throws {
    let (graph, _, _) = try step(run("a", "estimate: 1m, modes: [drill]"))
    #expect(duration(graph).expected == .zero)
  }

  @Test func percentilesAreOfWhatWasMeasured() {
    let times = (1...10).map { Duration.seconds($0) }
    #expect(StepDurations.percentile(50, of: times) == .seconds(5))
    #expect(StepDurations.percentile(90, of: times) == .seconds(9))
    #expect(StepDurations.percentile(100, of: times) == .seconds(10))
    #expect(StepDurations.percentile(90, of: [.seconds(7)]) == .seconds(7))
    #expect(StepDurations.percentile(90, of: []) == nil)
  }
}
