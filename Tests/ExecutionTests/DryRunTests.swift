import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import Synchronization
import Testing
import Values

@testable import Execution

@Suite struct DryRunTests {
  @Test func stepsOfAWaveNeedOnlyStepsOfWavesBeforeIt() {
    let graph = GraphFixture.graph(
      [
        PlanFixtures.step("a", needs: []), PlanFixtures.step("b", needs: []),
        PlanFixtures.step("c", needs: ["b"]), PlanFixtures.step("d", needs: ["a", "c"]),
      ], finally: [PlanFixtures.step("tell"), PlanFixtures.step("clean-up")])
    let plan = StaticDryRun(graph, mode: .recovery)
    #expect(plan.waves == [[0, 1], [2], [3]])
    #expect(plan.finally == [[4], [5]])
    #expect(plan.skips == [])
  }

  @Test func aStepLeftOutTakesNoWaveButKeepsTheOrder() {
    let graph = GraphFixture.graph([
      PlanFixtures.step("restore"), PlanFixtures.step("approve", modes: [.recovery]),
      PlanFixtures.step("restart"), PlanFixtures.step("verify"),
    ])
    let plan = StaticDryRun(
      graph, mode: .drill, options: ExecutionOptions(excluded: [2: "left out by --skip"]))
    #expect(plan.waves == [[0], [3]])
    #expect(plan.skips.map(\.step) == [1, 2])
    #expect(plan.skips.map(\.reason.code) == ["SkippedByMode", "SkippedByOperator"])
  }

  @Test func aDryRunNamesTheStepsThatARunRuns() {
    for seed in UInt64(0)..<200 {
      var random = SplitMix(seed: seed)
      let world = RandomGraphTests.world(&random, size: 1...30)
      let calm = MachineWorld(
        world.graph, targets: world.targets, options: world.options,
        attempts: world.attempts.map { _ in [.succeed(after: 1)] }
      ).run()
      let plan = StaticDryRun(world.graph, mode: world.mode, options: world.options)
      let ran = calm.starts.indices.filter { !calm.starts[$0].isEmpty }
      #expect((plan.waves + plan.finally).flatMap { $0 }.sorted() == ran, "seed \(seed)")
      #expect(plan.skips.map(\.step) == calm.states.indices.filter { calm.states[$0] == .skipped })
    }
  }

  private func probe(_ step: Step...) async -> [StepProbe] {
    await probe(ExecutorFixture(step), ExecutionOptions())
  }

  private func probe(_ fixture: ExecutorFixture, _ options: ExecutionOptions) async -> [StepProbe] {
    await ProbeDryRun(
      graph: fixture.graph, environment: fixture.environment, facts: PlanFixtures.facts(), options: options,
      references: { _ in nil }
    ).run()
  }

  private func looking(_ states: ProbeFinding.State...) -> ScriptedAction {
    ScriptedAction(probe: { _ in states.map { ProbeFinding("thing", $0, "") } }) { _ throws(StepFailure) in
      throw StepFailure(.system, "a probe must not run the step")
    }
  }

  @Test func theWorstFindingSpeaksForItsStep() async {
    let probes = await probe(
      PlanFixtures.step("a", looking(.checked, .wouldRun)),
      PlanFixtures.step("b", looking(.notCheckable, .wouldRun, .checked)),
      PlanFixtures.step("c", looking(.checked, .blocked, .notCheckable)),
      PlanFixtures.step("d", looking(.checked)))
    #expect(probes.map(\.step.text) == ["a", "b", "c", "d"])
    #expect(probes.map(\.state) == [.wouldRun, .notCheckable, .blocked, .checked])
  }

  @Test func aStepAtWhichNothingWasLookedAtIsNotChecked() async {
    #expect(await probe(PlanFixtures.step("a", looking())).map(\.state) == [.notCheckable])
  }

  @Test func stepsThatWouldNotRunAreNotProbed() async {
    let probes = await probe(
      PlanFixtures.step("a", looking(.blocked), modes: [.drill]), PlanFixtures.step("b", looking(.checked)))
    #expect(probes.map(\.step.text) == ["b"])
  }

  @Test func noMoreProbesRunAtOnceThanMay() async {
    let atWork = Mutex((now: 0, most: 0))
    let action = ScriptedAction(probe: { context in
      atWork.withLock { work in
        work.now += 1
        work.most = max(work.most, work.now)
      }
      for _ in 0..<20 { await Task.yield() }
      atWork.withLock { $0.now -= 1 }
      return [ProbeFinding(context.step.text, .checked, "")]
    }) { _ throws(StepFailure) in StepResult() }
    let fixture = ExecutorFixture((0..<30).map { PlanFixtures.step("s\($0)", action) })
    let probes = await probe(fixture, ExecutionOptions(parallelism: 3))
    #expect(probes.map { $0.findings.map(\.subject) } == (0..<30).map { ["s\($0)"] })
    #expect(atWork.withLock { $0.most } <= 3)
  }
}
