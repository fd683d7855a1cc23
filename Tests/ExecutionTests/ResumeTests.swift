import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// Runs killed after every event and carried on: the rules of a run hold across both processes.
@Suite struct ResumeTests {
  /// The events of a run as its journal has them.
  static func events(_ bodies: [RunEvent.Body]) -> [RunEvent] {
    bodies.enumerated().map { number, body in
      RunEvent(
        sequence: number, run: PlanFixtures.runID, plan: PlanFixtures.planName,
        time: Timestamp(seconds: Int64(number)), elapsed: .seconds(number), body: body)
    }
  }

  static func resumed(_ purpose: RunResumed.Purpose, _ reruns: [StepRerun]) -> RunResumed {
    let start = MachineWorld.start
    return RunResumed(
      purpose: purpose, tool: start.tool, user: start.user, host: start.host, pid: 2, bootID: start.bootID,
      planDigest: start.planDigest, reruns: reruns)
  }

  /// The same world, with a run that goes on after those events.
  static func world(
    _ world: MachineWorld, after bodies: [RunEvent.Body], purpose: RunResumed.Purpose = .resume,
    undoing: String? = nil, decisions: [StepDecided] = []
  ) throws -> (MachineWorld, Resumption) {
    let carried = try #require(CarriedRun(events(bodies)))
    let resumption = try Resumption(carried, world.graph, purpose: purpose)
    var world = world
    world.continuation = RunContinuation(
      resumed: resumed(purpose, resumption.reruns), decisions: decisions, steps: resumption.steps,
      undoing: undoing ?? carried.undoing)
    return (world, resumption)
  }

  static func startable(_ world: MachineWorld) -> MachineWorld {
    var world = world
    world.started.steps = world.graph.outlines
    return world
  }

  static func starts(_ bodies: [RunEvent.Body], _ step: StepID) -> Int {
    bodies.count { if case .stepStarted(let body) = $0 { body.step == step } else { false } }
  }

  static func successes(_ bodies: [RunEvent.Body], _ step: StepID) -> Int {
    bodies.count {
      if case .stepFinished(let body) = $0 { body.step == step && body.state == .succeeded } else { false }
    }
  }

  @Test(arguments: 1...3) func aRunKilledAfterAnyEventEndsAsIfItHadNotBeen(count: Int) throws {
    var killPoints = 0
    for needs in ExhaustiveTests.shapes(count) {
      for fates in ExhaustiveTests.fates(count) {
        let graph = ExhaustiveTests.graph(needs, fates.map(\.policy))
        let world = Self.startable(
          MachineWorld(graph, attempts: ExhaustiveTests.attempts(fates, rotation: killPoints % 4)))
        let whole = world.run()
        for length in 1..<max(2, whole.bodies.count) {
          killPoints += 1
          let before = Array(whole.bodies.prefix(length))
          let (second, resumption) = try Self.world(world, after: before)
          let rest = second.run()
          #expect(rest.violations.isEmpty, "needs \(needs), \(fates), after \(length) events")
          // Where one failure pauses and another aborts, the one that comes first decides, and time has passed.
          if !(fates.contains(.pause) && fates.contains(.abort)) {
            #expect(
              rest.finished?.result == whole.finished?.result, "needs \(needs), \(fates), after \(length)")
          }
          // What was done stays done.
          for (index, step) in resumption.steps.enumerated() where step.state == .succeeded {
            let id = graph.nodes[index].step.id
            #expect(Self.starts(rest.bodies, id) == 0, "\(id) runs again after \(length) events")
          }
        }
      }
    }
    #expect(killPoints > 10)
  }

  @Test func aRunThatSucceedsDoesEachStepOnceHoweverOftenItIsKilled() throws {
    for seed in UInt64(0)..<300 {
      var random = SplitMix(seed: seed)
      let count = Int.random(in: 2...8, using: &random)
      let needs = (0..<count).map { step in (0..<step).filter { _ in random.chance(40) } }
      let fates = [ExhaustiveTests.Fate](repeating: .succeeds, count: count)
      let graph = ExhaustiveTests.graph(needs, fates.map(\.policy))
      var world = Self.startable(MachineWorld(graph, attempts: ExhaustiveTests.attempts(fates, rotation: 0)))
      var journal = Array(world.run().bodies)
      journal = Array(journal.prefix(Int.random(in: 1..<journal.count, using: &random)))
      for _ in 0..<4 {
        // What was in flight was done, or not, as the backends know.
        var killed: [Int: Reconciliation] = [:]
        for step in graph.nodes.indices where random.chance(50) { killed[step] = .done(StepResult(), "seen") }
        world.killed = killed
        let (next, _) = try Self.world(world, after: journal)
        let rest = next.run()
        #expect(rest.violations.isEmpty, "seed \(seed)")
        let keep =
          random.chance(60) ? Int.random(in: 1..<rest.bodies.count, using: &random) : rest.bodies.count
        journal += rest.bodies.prefix(keep)
        if keep == rest.bodies.count {
          #expect(rest.finished?.result == .recovered, "seed \(seed)")
          break
        }
      }
      for node in graph.nodes where !node.isFinally {
        #expect(Self.successes(journal, node.step.id) <= 1, "seed \(seed): \(node.step.id) succeeds twice")
      }
    }
  }

  @Test func whatNobodyCanTellIsAskedAndNotGuessed() throws {
    let graph = ExhaustiveTests.graph([[], [0]], [.abort, .abort])
    var world = Self.startable(
      MachineWorld(graph, attempts: ExhaustiveTests.attempts([.succeeds, .succeeds], rotation: 0)))
    let before = Array(world.run().bodies.prefix(2))
    world.killed = [0: .unknown("is it?")]
    let asked = try Self.world(world, after: before).0.run()
    #expect(asked.finished?.result == .waiting)
    #expect(Self.starts(asked.bodies, graph.nodes[0].step.id) == 0)
    #expect(asked.violations.isEmpty)

    // Asked once more, it still waits; told, it goes on.
    let journal = before + asked.bodies
    #expect(try Self.world(world, after: journal).0.run().finished?.result == .waiting)
    for (decision, starts, result) in [
      (StepDecided.Decision.assumeDone, 0, RunResult.recoveredWithExceptions), (.retry, 1, .recovered),
      (.skip, 0, .recoveredWithExceptions),
    ] {
      let told = StepDecided(step: graph.nodes[0].step.id, decision: decision, user: "anna", reason: "looked")
      let end = try Self.world(world, after: journal, decisions: [told]).0.run()
      #expect(end.finished?.result == result, "\(decision)")
      #expect(Self.starts(end.bodies, graph.nodes[0].step.id) == starts, "\(decision)")
      #expect(end.violations.isEmpty, "\(decision)")
    }
  }

  @Test func aPersonsWordIsNoProofOfTheRecovery() throws {
    let graph = ExhaustiveTests.graph([[], [0]], [.abort, .abort])
    let world = Self.startable(
      MachineWorld(graph, attempts: ExhaustiveTests.attempts([.succeeds, .abort], rotation: 0)))
    let first = world.run()
    let told = StepDecided(
      step: graph.nodes[1].step.id, decision: .assumeDone, user: "anna", reason: "looked")
    let end = try Self.world(world, after: first.bodies, decisions: [told]).0.run()
    #expect(end.finished?.result == .failed)
  }

  @Test func aPausedRunGoesOnWithTheStepThatFailed() throws {
    let graph = ExhaustiveTests.graph([[], [0]], [.pause, .abort])
    let fails = Self.startable(
      MachineWorld(graph, attempts: ExhaustiveTests.attempts([.pause, .succeeds], rotation: 0)))
    let first = fails.run()
    #expect(first.finished?.result == .waiting)
    let works = Self.startable(
      MachineWorld(graph, attempts: ExhaustiveTests.attempts([.succeeds, .succeeds], rotation: 0)))
    let (second, resumption) = try Self.world(works, after: first.bodies)
    #expect(resumption.reruns == [StepRerun(step: graph.nodes[0].step.id, reason: "it failed")])
    let rest = second.run()
    #expect(rest.finished?.result == .recovered)
    #expect(rest.violations.isEmpty)
    let ended = try Self.world(works, after: first.bodies, purpose: .abort).0.run()
    #expect(ended.finished?.result == .failed)
    #expect(ended.violations.isEmpty)
  }

  @Test func whatChangedRunsAgainAndWhatDependsOnItToo() throws {
    let graph = ExhaustiveTests.graph([[], [], [0], [1]], [.abort, .abort, .abort, .abort])
    let world = Self.startable(
      MachineWorld(
        graph,
        attempts: ExhaustiveTests.attempts([.succeeds, .succeeds, .succeeds, .abort], rotation: 0)))
    var journal = world.run().bodies
    guard case .runStarted(var started)? = journal.first else { throw Missing() }
    started.steps[0].definition = try #require(SHA256Digest(bytes: [UInt8](repeating: 7, count: 32)))
    journal[0] = .runStarted(started)
    let resumption = try Self.world(world, after: journal).1
    let again = Dictionary(uniqueKeysWithValues: resumption.reruns.map { ($0.step.text, $0.reason) })
    #expect(again["s0"] == "its definition changed")
    #expect(again["s2"] == "it depends on `s0`, which runs again")
    #expect(again["s1"] == nil)
    #expect(again["s3"] == "it failed")
  }

  @Test func aStepThatDidNotStopIsAskedAboutBeforeItRunsAgain() throws {
    let graph = GraphFixture.graph(
      [PlanFixtures.step("deaf", needs: [], timeout: .milliseconds(50)), PlanFixtures.step("verify")],
      restoredWhen: "verify")
    var world = Self.startable(
      MachineWorld(graph, attempts: [[.hang(stopsAfter: nil), .succeed(after: 5)], [.succeed(after: 5)]]))
    let first = world.run()
    #expect(first.finished?.result == .failed)
    world.killed = [0: .unknown("is it still at work?")]
    #expect(try Self.world(world, after: first.bodies).0.run().finished?.result == .waiting)
    world.killed = [0: .done(StepResult(), "it came to its end after all")]
    let rest = try Self.world(world, after: first.bodies).0.run()
    #expect(rest.finished?.result == .recovered)
    #expect(Self.starts(rest.bodies, graph.nodes[0].step.id) == 0)
  }

  @Test func afterARestartOfTheHostServicesAreStartedAgain() throws {
    let services = ActionEffects(phase: .restart, services: [PlanFixtures.service("api")])
    let graph = GraphFixture.graph([
      PlanFixtures.step("restore", needs: []),
      PlanFixtures.step("restart", ScriptedAction.succeeding(effects: services)),
      PlanFixtures.step("verify"), PlanFixtures.step("last"),
    ])
    let works: [MachineWorld.Attempt] = [.succeed(after: 5)]
    let fails: [MachineWorld.Attempt] = [.fail(after: 5, retryable: false)]
    let world = Self.startable(MachineWorld(graph, attempts: [works, works, works, fails]))
    let carried = try #require(CarriedRun(Self.events(world.run().bodies)))
    let same = try Resumption(carried, graph, boot: (host: "host", bootID: "boot"))
    #expect(same.reruns.map(\.step.text) == ["last"])
    let elsewhere = try Resumption(carried, graph, boot: (host: "other", bootID: "another"))
    #expect(elsewhere.reruns.map(\.step.text) == ["last"])
    let rebooted = try Resumption(carried, graph, boot: (host: "host", bootID: "another"))
    #expect(rebooted.reruns.map(\.step.text) == ["restart", "verify", "last"])
  }

  @Test func aPlanWithoutAStepThatRanIsRefused() throws {
    let before = ExhaustiveTests.graph([[], [0]], [.abort, .abort])
    let world = Self.startable(
      MachineWorld(before, attempts: ExhaustiveTests.attempts([.succeeds, .abort], rotation: 0)))
    let carried = try #require(CarriedRun(Self.events(world.run().bodies)))
    let after = GraphFixture.graph([PlanFixtures.step("s1", needs: [])])
    #expect(throws: ResumeRefusal.self) { try Resumption(carried, after) }
  }

  private struct Missing: Error {}
}
