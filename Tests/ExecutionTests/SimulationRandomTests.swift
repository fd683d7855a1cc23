import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// Random graphs in which many things go wrong at once; a failure names the seed that repeats it.
@Suite struct SimulationRandomTests {
  private static func simulation(_ seed: UInt64) -> Simulation {
    var random = SplitMix(seed: seed)
    let world = RandomGraphTests.world(&random, size: 3...20)
    let troubles = Int.random(in: 0...30, using: &random)
    let behaviours = world.graph.nodes.map { _ in behaviour(troubles, &random) }
    return Simulation(
      world.graph, targets: world.targets, options: world.options, behaviours: behaviours,
      resumeAfter: .milliseconds(Int.random(in: 0...100, using: &random)))
  }

  private static func behaviour(_ troubles: Int, _ random: inout SplitMix) -> StepBehaviour {
    let time = Duration.milliseconds(Int.random(in: 0...50, using: &random))
    guard random.chance(troubles) else { return .takes(time) }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return .fails(after: time)
    case 1: return .hangs
    case 2: return .takes(time * 10)
    case 3: return .takesAllItMay
    default: return .dies(after: time / 2, duration: time)
    }
  }

  @Test func randomSimulationsKeepTheRules() {
    var results: [RunResult: Int] = [:]
    var deaths = 0
    for seed in UInt64(0)..<1500 {
      let simulation = Self.simulation(seed)
      let run = simulation.run()
      results[run.result, default: 0] += 1
      deaths += run.events.count { if case .died = $0.what { true } else { false } }
      for problem in SimulationRules.broken(by: run, simulation) {
        Issue.record("seed \(seed): \(problem)")
      }
    }
    for result in [RunResult.recovered, .recoveredWithExceptions, .failed, .waiting] {
      #expect((results[result] ?? 0) > 20, "\(result) hardly happens: the runs are not random enough")
    }
    #expect(deaths > 100)
  }

  @Test func theSameSimulationGivesTheSameRun() {
    for seed in UInt64(0)..<50 {
      let first = Self.simulation(seed).run()
      let second = Self.simulation(seed).run()
      #expect(first.states == second.states && first.ends == second.ends && first.end == second.end)
    }
  }
}

/// What holds of every simulated run.
enum SimulationRules {
  static func broken(by run: SimulatedRun, _ simulation: Simulation) -> [String] {
    let graph = simulation.graph
    let names = Dictionary(uniqueKeysWithValues: graph.nodes.enumerated().map { ($1.step.id, $0) })
    var problems: [String] = []
    var succeeded: Set<Int> = []
    var states: [Int: StepState] = [:]
    var finallyStarts = 0
    var last = Duration.zero
    var ends = 0
    func isMet(_ need: Int, isFinally: Bool) -> Bool {
      if succeeded.contains(need) { return true }
      if states[need] == .skipped {
        return graph.nodes[need].predecessors.allSatisfy { isMet($0, isFinally: isFinally) }
      }
      return isFinally && states[need] != nil
    }
    for event in run.events {
      if event.at < last { problems.append("time runs backwards at \(event.at)") }
      last = event.at
      guard case .recorded(let body) = event.what else {
        states = states.filter { succeeded.contains($0.key) || $0.value == .skipped }
        continue
      }
      if ends > 0 { problems.append("something happens after the end") }
      switch body {
      case .stepStarted(let started):
        guard let step = names[started.step] else { continue }
        if succeeded.contains(step) { problems.append("\(started.step) runs again") }
        let node = graph.nodes[step]
        for need in node.predecessors where !isMet(need, isFinally: node.isFinally) {
          problems.append("\(started.step) starts before \(graph.nodes[need].step.id) is over")
        }
        if node.isFinally, finallyStarts == 0 { problems.append("\(started.step) starts too early") }
      case .stepFinished(let finished):
        guard let step = names[finished.step] else { continue }
        states[step] = finished.state
        if finished.state == .succeeded { succeeded.insert(step) }
      case .finallyStarted: finallyStarts += 1
      case .runFinished: ends += 1
      default: break
      }
    }
    if ends != 1 { problems.append("the run ends \(ends) times") }
    let hasFinally = graph.mainCount < graph.nodes.count
    if run.result != .waiting, finallyStarts != (hasFinally ? 1 : 0) {
      problems.append("`finally` starts \(finallyStarts) times, the run is \(run.result)")
    }
    if let proof = graph.restoredWhen, run.isRecovered, !succeeded.contains(proof) {
      problems.append("\(run.result) without its proof")
    }
    if (run.recoveryTime == nil) == (run.whyUnmeasured == nil) { problems.append("a time and a reason") }
    return problems
  }
}
