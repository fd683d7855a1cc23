import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// Every graph of up to four steps, with everything that can become of each step.
@Suite struct ExhaustiveTests {
  /// What becomes of a step.
  enum Fate: CaseIterable {
    case succeeds, abort, goOn, pause

    var policy: FailurePolicy {
      switch self {
      case .succeeds, .abort: .abort
      case .goOn: .continue
      case .pause: .pause
      }
    }
  }

  /// All ways in which steps can need earlier ones.
  static func shapes(_ count: Int) -> [[[Int]]] {
    let pairs = (0..<count).flatMap { later in (0..<later).map { ($0, later) } }
    return (0..<(1 << pairs.count)).map { bits in
      var needs = [[Int]](repeating: [], count: count)
      for (index, pair) in pairs.enumerated() where bits >> index & 1 == 1 { needs[pair.1].append(pair.0) }
      return needs
    }
  }

  static func fates(_ count: Int) -> [[Fate]] {
    (0..<count).reduce([[]]) { lists, _ in lists.flatMap { list in Fate.allCases.map { list + [$0] } } }
  }

  /// A graph of main steps with those needs, and two steps of `finally`; the last main step proves the recovery.
  static func graph(
    _ needs: [[Int]], _ policies: [FailurePolicy], skipped: Set<Int> = [], finallyFails: Bool = false
  ) -> StepGraph {
    let main = needs.indices.map { step in
      PlanFixtures.step(
        "s\(step)", needs: needs[step].map { "s\($0)" }, onFailure: policies[step],
        modes: skipped.contains(step) ? [.drill] : [.recovery, .drill])
    }
    let finally = [PlanFixtures.step("f0", needs: []), PlanFixtures.step("f1", needs: ["f0"])]
    return GraphFixture.graph(main, finally: finally, restoredWhen: "s\(needs.count - 1)")
  }

  /// Durations differ, so that steps end in many orders.
  static func attempts(_ fates: [Fate], rotation: Int) -> [[MachineWorld.Attempt]] {
    fates.enumerated().map { step, fate in
      let time = 10 * ((step * 7 + rotation * 3) % 5) + 10
      return [fate == .succeeds ? .succeed(after: time) : .fail(after: time, retryable: false)]
    } + [[rotation % 4 == 3 ? .fail(after: 5, retryable: false) : .succeed(after: 5)], [.succeed(after: 5)]]
  }

  @Test(arguments: 1...4) func everyPatternOfFailuresKeepsTheRules(count: Int) {
    var rotation = 0
    var results: [RunResult: Int] = [:]
    for needs in Self.shapes(count) {
      for fates in Self.fates(count) {
        rotation += 1
        let graph = Self.graph(needs, fates.map(\.policy))
        let world = MachineWorld(
          graph, options: ExecutionOptions(parallelism: 1 + rotation % 3),
          attempts: Self.attempts(fates, rotation: rotation))
        let outcome = world.run()
        results[outcome.finished?.result ?? .refused, default: 0] += 1
        #expect(outcome.violations.isEmpty, "needs \(needs), \(fates), rotation \(rotation)")
      }
    }
    #expect(results[.recovered] != nil && results[.failed] != nil && results[.waiting] != nil)
    #expect(results[.refused] == nil)
  }

  @Test(arguments: 1...4) func failuresUnderContinueReachExactlyWhatNeedsThem(count: Int) {
    for needs in Self.shapes(count) {
      for failing in 0..<(1 << count) {
        let fates = (0..<count).map { failing >> $0 & 1 == 1 ? Fate.goOn : .succeeds }
        let outcome = MachineWorld(
          Self.graph(needs, fates.map(\.policy)), attempts: Self.attempts(fates, rotation: failing)
        ).run()
        var expected: [StepState] = []
        for step in 0..<count {
          if needs[step].contains(where: { expected[$0] != .succeeded }) {
            expected.append(.notReached)
          } else {
            expected.append(fates[step] == .succeeds ? .succeeded : .failed)
          }
        }
        #expect(Array(outcome.states.prefix(count)) == expected, "needs \(needs), \(fates)")
        #expect(outcome.violations.isEmpty)
        let proven = expected[count - 1] == .succeeded
        #expect((outcome.finished?.result == .failed) == !proven, "needs \(needs), \(fates)")
      }
    }
  }

  @Test(arguments: 1...4) func stepsLeftOutByTheirModeHandOnWhatTheyWouldWaitFor(count: Int) {
    for needs in Self.shapes(count) {
      for skipped in 0..<(1 << count) {
        for failing in 0..<count {
          let fates = (0..<count).map { $0 == failing ? Fate.goOn : .succeeds }
          let left = Set((0..<count).filter { skipped >> $0 & 1 == 1 })
          let outcome = MachineWorld(
            Self.graph(needs, fates.map(\.policy), skipped: left),
            attempts: Self.attempts(fates, rotation: skipped)
          ).run()
          #expect(outcome.violations.isEmpty, "needs \(needs), skipped \(left), failing \(failing)")
          for step in left { #expect(outcome.states[step] == .skipped) }
        }
      }
    }
  }

  @Test(arguments: 1...3) func anInterruptAtAnyPointKeepsTheRules(count: Int) {
    for needs in Self.shapes(count) {
      for fates in Self.fates(count) {
        let world = MachineWorld(
          Self.graph(needs, fates.map(\.policy)), options: ExecutionOptions(parallelism: 2),
          attempts: Self.attempts(fates, rotation: count).dropLast(2)
            + [[.succeed(after: 5)], [.succeed(after: 5)]])
        let inputs = world.run().inputs
        for point in 1..<inputs {
          let once = world.run([.interrupt(before: point, stage: 1)])
          #expect(once.violations.isEmpty, "needs \(needs), \(fates), at \(point)")
          let atOnce = world.run([.interrupt(before: point, stage: 2)])
          #expect(atOnce.violations.isEmpty, "needs \(needs), \(fates), at \(point)")
          #expect(atOnce.inputs == point + 1)
          let twice = world.run([
            .interrupt(before: point, stage: 1), .interrupt(before: point + 2, stage: 2),
          ])
          #expect(twice.finished != nil)
        }
      }
    }
  }

  @Test(arguments: 1...3) func aLostRecordAtAnyPointEndsTheRunWithoutStartingAnything(count: Int) {
    for needs in Self.shapes(count) {
      for fates in Self.fates(count) {
        let world = MachineWorld(
          Self.graph(needs, fates.map(\.policy)), attempts: Self.attempts(fates, rotation: count))
        let inputs = world.run().inputs
        for point in 1..<inputs {
          let outcome = world.run([.recordingFails(before: point)])
          #expect(outcome.violations.isEmpty, "needs \(needs), \(fates), at \(point)")
          #expect(outcome.finished?.result == .failed)
        }
      }
    }
  }
}
