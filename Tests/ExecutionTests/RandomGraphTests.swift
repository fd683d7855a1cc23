import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// Larger graphs with everything at once: retries, timeouts, steps that do not stop, shared targets, steps left out,
/// interrupts.
///
/// A failure names the seed that repeats it.
@Suite struct RandomGraphTests {
  static func world(_ random: inout SplitMix, size: ClosedRange<Int>) -> MachineWorld {
    let count = Int.random(in: size, using: &random)
    let density = Int.random(in: 0...40, using: &random)
    let main = (0..<count).map { step in
      let needs = (max(0, step - 8)..<step).filter { _ in random.chance(density) }.map { "s\($0)" }
      return randomStep("s\(step)", needs, &random)
    }
    let finally = (0..<Int.random(in: 0...3, using: &random)).map { step in
      randomStep("f\(step)", step > 0 && random.chance(60) ? ["f\(step - 1)"] : [], &random)
    }
    let proof = random.chance(70) ? "s\(count - 1)" : nil
    let graph = GraphFixture.graph(main, finally: finally, restoredWhen: proof)
    let names = (0..<4).map { TargetName("t\($0)") }
    let targets = graph.nodes.map { _ in names.filter { _ in random.chance(20) } }
    let excluded = graph.nodes.indices.filter { _ in random.chance(4) }
    let options = ExecutionOptions(
      parallelism: Int.random(in: 1...6, using: &random),
      excluded: Dictionary(uniqueKeysWithValues: excluded.map { ($0, "left out by --skip") }),
      cancelGrace: .milliseconds(40))
    let troubles = Int.random(in: 0...25, using: &random)
    let attempts = graph.nodes.map { _ in
      (0..<4).map { _ in attempt(troubles, &random) }
    }
    return MachineWorld(graph, targets: targets, options: options, attempts: attempts)
  }

  static func randomStep(_ id: String, _ needs: [String], _ random: inout SplitMix) -> Step {
    let retry =
      random.chance(60)
      ? RetryPolicy.never
      : RetryPolicy(
        maxAttempts: Int.random(in: 2...4, using: &random),
        attemptTimeout: random.chance(50) ? .milliseconds(Int.random(in: 10...60, using: &random)) : nil,
        initial: .milliseconds(Int.random(in: 1...30, using: &random)), factor: 2, max: .milliseconds(50))
    let policies: [FailurePolicy] = [.continue, .continue, .continue, .abort, .pause]
    let phase: StepPhase = random.chance(15) ? .waiting : .other
    return PlanFixtures.step(
      id, ScriptedAction.succeeding(effects: ActionEffects(phase: phase)), needs: needs,
      timeout: .milliseconds(Int.random(in: 30...200, using: &random)), retry: retry,
      onFailure: policies.randomElement(using: &random) ?? .abort,
      modes: random.chance(10) ? [.drill] : [.recovery, .drill])
  }

  static func attempt(_ troubles: Int, _ random: inout SplitMix) -> MachineWorld.Attempt {
    let time = Int.random(in: 0...50, using: &random)
    guard random.chance(troubles) else { return .succeed(after: time) }
    switch Int.random(in: 0..<6, using: &random) {
    case 0, 1: return .fail(after: time, retryable: true)
    case 2: return .fail(after: time, retryable: false)
    case 3: return .hang(stopsAfter: Int.random(in: 0...30, using: &random))
    case 4: return .hang(stopsAfter: Int.random(in: 41...200, using: &random))
    default: return .hang(stopsAfter: nil)
    }
  }

  @Test func randomRunsKeepTheRules() {
    var results: [RunResult: Int] = [:]
    for seed in UInt64(0)..<1500 {
      var random = SplitMix(seed: seed)
      let outcome = Self.world(&random, size: 5...40).run()
      results[outcome.finished?.result ?? .refused, default: 0] += 1
      #expect(outcome.violations.isEmpty, "seed \(seed)")
    }
    for result in [RunResult.recovered, .recoveredWithExceptions, .failed, .waiting] {
      #expect((results[result] ?? 0) > 20, "\(result) hardly happens: the runs are not random enough")
    }
  }

  @Test func randomRunsKeepTheRulesWhenTheyAreInterrupted() {
    for seed in UInt64(0)..<800 {
      var random = SplitMix(seed: seed)
      let world = Self.world(&random, size: 5...25)
      let point = Int.random(in: 1...60, using: &random)
      let outcome = world.run([.interrupt(before: point, stage: random.chance(70) ? 1 : 2)])
      #expect(outcome.violations.isEmpty, "seed \(seed)")
    }
  }

  @Test func randomRunsEndWhenTheirRecordIsLost() {
    for seed in UInt64(0)..<400 {
      var random = SplitMix(seed: seed)
      let world = Self.world(&random, size: 5...25)
      let outcome = world.run([.recordingFails(before: Int.random(in: 1...60, using: &random))])
      #expect(outcome.violations.isEmpty, "seed \(seed)")
    }
  }

  @Test func noStepOutlivesItsTimeoutByMoreThanTheTimeItHasForStopping() {
    for seed in UInt64(0)..<500 {
      var random = SplitMix(seed: seed)
      let world = Self.world(&random, size: 5...25)
      let outcome = world.run()
      for (step, starts) in outcome.starts.enumerated() {
        guard let start = starts.first, let end = outcome.ends[step] else { continue }
        let most = world.graph.nodes[step].step.timeout + world.options.cancelGrace
        #expect(end - start <= most, "seed \(seed), step \(step)")
      }
    }
  }

  @Test func theSameInputsGiveTheSameRecord() {
    for seed in UInt64(0)..<50 {
      var random = SplitMix(seed: seed)
      let world = Self.world(&random, size: 5...25)
      #expect(world.run().bodies == world.run().bodies, "seed \(seed)")
    }
  }
}
