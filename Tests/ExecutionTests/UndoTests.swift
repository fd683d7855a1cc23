import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// Rollback: what was begun is undone, the last first, then `finally` runs.
@Suite struct UndoTests {
  private func world(
    _ needs: [[Int]], failing: Int?, undos: [Int: MachineWorld.Undo] = [:], policy: FailurePolicy = .rollback
  ) -> MachineWorld {
    var fates = [ExhaustiveTests.Fate](repeating: .succeeds, count: needs.count)
    if let failing { fates[failing] = .abort }
    let graph = ExhaustiveTests.graph(needs, needs.map { _ in policy })
    var world = MachineWorld(graph, attempts: ExhaustiveTests.attempts(fates, rotation: 0))
    world.undos = undos
    return ResumeTests.startable(world)
  }

  private func states(_ outcome: MachineWorld.Outcome) -> [String] {
    outcome.bodies.compactMap { body -> String? in
      guard case .stepUndone(let undone) = body else { return nil }
      return "\(undone.step) \(undone.state.rawValue)"
    }
  }

  @Test(arguments: 1...4) func everyPatternOfUndoKeepsTheRules(count: Int) {
    let kinds: [MachineWorld.Undo] = [.undone, .unwound, .nothing, .impossible, .fails]
    var number = 0
    for needs in ExhaustiveTests.shapes(count) {
      for failing in 0..<count {
        number += 1
        let undos = Dictionary(
          uniqueKeysWithValues: (0..<count).map { ($0, kinds[(number / (1 << $0) + $0) % kinds.count]) })
        let outcome = world(needs, failing: failing, undos: undos).run()
        #expect(outcome.violations.isEmpty, "needs \(needs), failing \(failing), \(undos)")
        #expect([.rolledBack, .failed].contains(outcome.finished?.result), "needs \(needs)")
        // A step comes before those that it needs.
        for (place, step) in outcome.undone.enumerated() where outcome.undone.firstIndex(of: step) == place {
          for need in needs[step] {
            if let other = outcome.undone.firstIndex(of: need) { #expect(other > place, "needs \(needs)") }
          }
        }
      }
    }
  }

  @Test func aStepWhoseUndoFailedKeepsWhatItNeededAsItIs() {
    let outcome = world([[], [0], [1]], failing: 2, undos: [1: .fails]).run()
    #expect(states(outcome) == ["s2 Undone", "s1 Failed", "s0 NotUndone"])
    #expect(outcome.finished?.result == .failed)
    #expect(outcome.finished?.reason?.contains("not everything could be undone") == true)
  }

  @Test func whatWasUnwoundIsCompletedWhenAllIsUndone() {
    let outcome = world([[], [0], [1]], failing: 2, undos: [1: .unwound]).run()
    #expect(states(outcome) == ["s2 Undone", "s1 Unwound", "s0 Undone", "s1 Undone"])
    #expect(outcome.finished?.result == .rolledBack)
  }

  @Test func aRollbackKilledAfterAnyEventIsFinished() throws {
    let world = world([[], [0], [0], [1, 2]], failing: 3, undos: [1: .unwound])
    let whole = world.run()
    #expect(whole.finished?.result == .rolledBack)
    let begin = try #require(
      whole.bodies.firstIndex { if case .undoStarted = $0 { true } else { false } })
    for length in (begin + 1)..<whole.bodies.count {
      let (second, _) = try ResumeTests.world(world, after: Array(whole.bodies.prefix(length)))
      let rest = second.run()
      #expect(rest.violations.isEmpty, "after \(length) events")
      #expect(rest.finished?.result == .rolledBack, "after \(length) events")
    }
  }

  @Test func aRunCanBeRolledBackWhereverItWasKilled() throws {
    let world = world([[], [0], [0], [1, 2]], failing: nil, policy: .abort)
    let whole = world.run()
    for length in 1...whole.bodies.count {
      let (second, _) = try ResumeTests.world(
        world, after: Array(whole.bodies.prefix(length)), purpose: .rollback, undoing: "asked for")
      let rest = second.run()
      #expect(rest.violations.isEmpty, "after \(length) events")
      #expect(rest.finished?.result == .rolledBack, "after \(length) events")
      let begun = Set(
        whole.bodies.prefix(length).compactMap { body -> StepID? in
          guard case .stepStarted(let event) = body, event.step.text.hasPrefix("s") else { return nil }
          return event.step
        })
      #expect(Set(rest.undone.map { world.graph.nodes[$0].step.id }) == begun, "after \(length) events")
    }
  }
}
