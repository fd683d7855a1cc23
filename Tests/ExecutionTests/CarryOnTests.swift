import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// Runs that go on after a rollback, an interrupt or a question that nobody answered.
@Suite struct CarryOnTests {
  private static let works: [MachineWorld.Attempt] = [.succeed(after: 5)]
  private static let fails: [MachineWorld.Attempt] = [.fail(after: 5, retryable: false)]

  private func undone(_ bodies: [RunEvent.Body]) -> [String] {
    bodies.compactMap { if case .stepUndone(let body) = $0 { body.step.text } else { nil } }
  }

  @Test func whatRanAgainAfterARollbackIsUndoneAgain() throws {
    let graph = ExhaustiveTests.graph([[], [0]], [.abort, .rollback])
    let world = ResumeTests.startable(
      MachineWorld(graph, attempts: [Self.works, Self.fails, Self.works, Self.works]))
    let first = world.run()
    #expect(first.finished?.result == .rolledBack)
    let (second, resumption) = try ResumeTests.world(world, after: first.bodies)
    #expect(resumption.reruns.map(\.step.text).contains("s0"))
    let rest = second.run()
    #expect(undone(rest.bodies) == ["s1", "s0"])
    #expect(rest.finished?.result == .rolledBack)
  }

  @Test func aRollbackStoppedAtOnceGoesOnAsOne() throws {
    let graph = ExhaustiveTests.graph([[], [0], [1]], [.abort, .abort, .rollback])
    let world = ResumeTests.startable(
      MachineWorld(graph, attempts: [Self.works, Self.works, Self.fails, Self.works, Self.works]))
    var halfway = 0
    for number in 1..<world.run().inputs {
      let stopped = world.run([.interrupt(before: number, stage: 2)])
      guard stopped.finished?.result == .interrupted,
        stopped.bodies.contains(where: { if case .undoStarted = $0 { true } else { false } })
      else { continue }
      halfway += 1
      let rest = try ResumeTests.world(world, after: stopped.bodies).0.run()
      #expect(rest.violations.isEmpty, "stopped before input \(number)")
      #expect(rest.finished?.result == .rolledBack, "stopped before input \(number)")
      for step in ["s0", "s1", "s2"] {
        #expect(ResumeTests.starts(rest.bodies, PlanFixtures.step(step)) == 0)
        #expect(undone(stopped.bodies + rest.bodies).count { $0 == step } == 1, "\(step), \(number)")
      }
    }
    #expect(halfway > 2)
  }

  @Test func whatAPersonLeftOutStaysOut() throws {
    let graph = ExhaustiveTests.graph([[], [0], [1]], [.abort, .abort, .abort])
    let world = ResumeTests.startable(
      MachineWorld(
        graph, options: ExecutionOptions(excluded: [1: "left out by --skip"]),
        attempts: [Self.works, Self.works, Self.fails, Self.works, Self.works]))
    let journal = world.run().bodies
    let back = try ResumeTests.world(world, after: journal, purpose: .rollback, undoing: "asked for").0.run()
    #expect(back.finished?.result == .rolledBack)
    // What goes on knows of the option from the record alone.
    let plain = ResumeTests.startable(
      MachineWorld(graph, attempts: [Self.works, Self.works, Self.works, Self.works, Self.works]))
    let (next, resumption) = try ResumeTests.world(plain, after: journal + back.bodies)
    #expect(resumption.reruns.map(\.step.text).contains("s0"))
    let rest = next.run()
    #expect(ResumeTests.starts(rest.bodies, PlanFixtures.step("s0")) == 1)
    #expect(ResumeTests.starts(rest.bodies, PlanFixtures.step("s1")) == 0)
    #expect(rest.finished?.result == .recoveredWithExceptions)
  }

  @Test func finallyGoesOnAfterAStepOfWhichNobodyCanTell() throws {
    let graph = ExhaustiveTests.graph([[]], [.abort])
    var world = ResumeTests.startable(MachineWorld(graph, attempts: [Self.works, Self.works, Self.works]))
    let whole = world.run().bodies
    let start = try #require(
      whole.firstIndex { if case .stepStarted(let body) = $0 { body.step.text == "f0" } else { false } })
    world.killed = [1: .unknown("is it?")]
    let rest = try ResumeTests.world(world, after: Array(whole.prefix(start + 1))).0.run()
    #expect(rest.violations.isEmpty)
    #expect(rest.finished?.result == .recoveredWithExceptions)
    #expect(ResumeTests.starts(rest.bodies, PlanFixtures.step("f1")) == 1)
  }

  @Test func aLookThatTakesTooLongEndsAllTheSame() throws {
    let graph = GraphFixture.graph([
      PlanFixtures.step("s0", needs: [], timeout: .nanoseconds(500_000)), PlanFixtures.step("s1"),
    ])
    var world = ResumeTests.startable(MachineWorld(graph, attempts: [Self.works, Self.works]))
    let before = Array(world.run().bodies.prefix(2))
    for (finding, result) in [
      (Reconciliation.unknown("is it?"), RunResult.waiting), (.notDone("no"), .failed),
      (.done(StepResult(), "yes"), .recovered),
    ] {
      world.killed = [0: finding]
      let rest = try ResumeTests.world(world, after: before).0.run()
      #expect(rest.violations.isEmpty, "\(finding)")
      #expect(rest.finished?.result == result, "\(finding)")
    }
  }

  @Test func aQuestionThatNobodyAnsweredIsAskedAgain() throws {
    let graph = ExhaustiveTests.graph([[], []], [.abort, .abort])
    var world = ResumeTests.startable(
      MachineWorld(
        graph, attempts: [Self.works, [.fail(after: 50, retryable: false)], Self.works, Self.works]))
    let before = Array(world.run().bodies.prefix(3))
    world.killed = [0: .unknown("is it?")]
    // The other step fails, and ends the run before anybody could say.
    let failed = try ResumeTests.world(world, after: before).0.run()
    #expect(failed.finished?.result == .failed)
    let (next, _) = try ResumeTests.world(world, after: before + failed.bodies)
    let rest = next.run()
    #expect(ResumeTests.starts(rest.bodies, PlanFixtures.step("s0")) == 0)
    #expect(
      rest.bodies.contains {
        if case .stepReconciled(let body) = $0 { body.step.text == "s0" } else { false }
      })
  }

  @Test func whatIsCommittedIsWhatWasKeptByThen() throws {
    let graph = ExhaustiveTests.graph([[]], [.rollback])
    let world = ResumeTests.startable(MachineWorld(graph, attempts: [Self.fails, Self.works, Self.works]))
    let resumed = ResumeTests.resumed(.commit, [])
    let committed =
      world.run().bodies + [.runResumed(resumed), .runCommitted(RunCommitted(user: "anna", removed: []))]
    #expect(try #require(CarriedRun(ResumeTests.events(committed))).isCommitted)
    let again = committed + [.runResumed(ResumeTests.resumed(.resume, []))]
    #expect(try #require(CarriedRun(ResumeTests.events(again))).isCommitted == false)
  }
}
