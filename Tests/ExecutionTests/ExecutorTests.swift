import BackendKit
import Declarations
import DrplanTestKit
import PlanModel
import RunEvents
import Synchronization
import Testing
import Values

@testable import Execution

/// Runs with real tasks.
@Suite struct ExecutorTests {
  private static let orders = RestoredDatabase(
    database: PlanFixtures.database("orders"),
    snapshot: SnapshotID(startedAt: Timestamp(seconds: 0), entropy: 1), consistentAt: Timestamp(seconds: 0),
    bytes: ByteCount(1), files: 1, verified: true)

  @Test func stepsGetOutputsOfThoseBeforeThemAndWhatTheRunKnows() async throws {
    let text = Mutex("")
    let template = try Template.parse(
      "${steps.a.outputs.lines} lines in ${run.mode}, ${steps.a.outputs.lines}")
    var fixture = ExecutorFixture([
      PlanFixtures.step("a", ScriptedAction.succeeding(outputs: ["lines": "42"])),
      PlanFixtures.step(
        "b",
        ScriptedAction { context throws(StepFailure) in
          let filled = try context.text(template)
          text.withLock { $0 = filled }
          return StepResult()
        }),
    ])
    fixture.references = { $0 == Reference(namespace: "run", path: ["mode"]) ? "recovery" : nil }
    #expect(try await fixture.run() == RunFinished(result: .recovered))
    #expect(text.withLock { $0 } == "42 lines in recovery, 42")
  }

  @Test func anOutputThatThereIsNotFailsTheStepThatAsksForIt() async throws {
    let template = try Template.parse("${steps.a.outputs.missing}")
    let fixture = ExecutorFixture([
      PlanFixtures.step("a"),
      PlanFixtures.step(
        "b",
        ScriptedAction { context throws(StepFailure) in
          StepResult(outputs: ["text": try context.text(template)])
        }),
    ])
    #expect(try await fixture.run().result == .failed)
  }

  @Test func aStepStartsOnRecordBeforeItStarts() async throws {
    let recorder = ScriptedRecorder()
    var fixture = ExecutorFixture([
      PlanFixtures.step(
        "a",
        ScriptedAction { context throws(StepFailure) in
          let started = RunEvent.Body.stepStarted(StepStarted(step: context.step, attempt: context.attempt))
          guard recorder.bodies.contains(started) else { throw StepFailure(.journal, "not on record") }
          return StepResult()
        })
    ])
    fixture.recorder = recorder
    #expect(try await fixture.run().result == .recovered)
  }

  @Test func evidenceIsOnRecordWhenTheStepGoesOnAndRestoredDatabasesReachLaterSteps() async throws {
    let recorder = ScriptedRecorder()
    let seen = Mutex<[DatabaseID: RestoredDatabase]>([:])
    var fixture = ExecutorFixture([
      PlanFixtures.step(
        "restore",
        ScriptedAction { context throws(StepFailure) in
          try await context.record(.restored(Self.orders))
          let event = StepEvidenceEvent(step: context.step, attempt: 1, evidence: .restored(Self.orders))
          guard recorder.bodies.contains(.stepEvidence(event)) else {
            throw StepFailure(.journal, "not on record")
          }
          return StepResult()
        }),
      PlanFixtures.step(
        "verify",
        ScriptedAction { context throws(StepFailure) in
          seen.withLock { $0 = context.restored }
          return StepResult()
        }),
    ])
    fixture.recorder = recorder
    #expect(try await fixture.run().result == .recovered)
    #expect(seen.withLock { $0 } == [PlanFixtures.database("orders"): Self.orders])
  }

  @Test func progressNamesItsStep() async throws {
    let heard = Mutex<[String]>([])
    var fixture = ExecutorFixture([
      PlanFixtures.step(
        "a",
        ScriptedAction { context throws(StepFailure) in
          context.progress(StepProgress(context.report()))
          return StepResult()
        })
    ])
    fixture.progress = { step, progress in heard.withLock { $0.append("\(step): \(progress.activity)") } }
    _ = try await fixture.run()
    #expect(heard.withLock { $0 } == ["a: the report"])
  }

  @Test func aRecordThatBreaksAtAnyEventLetsNothingStartThatItDoesNotKnowOf() async throws {
    let steps = (0..<4).map { "s\($0)" }
    for failing in 1...6 {
      let ran = Mutex<Set<String>>([])
      let action = ScriptedAction { context throws(StepFailure) in
        _ = ran.withLock { $0.insert(context.step.text) }
        return StepResult()
      }
      var fixture = ExecutorFixture(steps.map { PlanFixtures.step($0, action) })
      fixture.recorder = ScriptedRecorder(failingCall: failing)
      let run = fixture
      if failing <= 5 {
        await #expect(throws: RecordingError.self) { try await run.run() }
      } else {
        #expect(try await run.run().result == .recovered)
      }
      var known: Set<String> = []
      for case .stepStarted(let event) in fixture.recorder.bodies { known.insert(event.step.text) }
      #expect(ran.withLock { $0 } == known, "call \(failing)")
    }
  }

  @Test func evidenceThatCannotBeRecordedStopsItsStepAndTheOthers() async throws {
    let failure = Mutex<StepFailure?>(nil)
    let started = ScriptedGate()
    var fixture = ExecutorFixture([
      PlanFixtures.step("waits", ScriptedAction.waiting(for: ScriptedGate(), started: started), needs: []),
      PlanFixtures.step(
        "writes",
        ScriptedAction { context throws(StepFailure) in
          await started.pass()
          do throws(StepFailure) {
            try await context.record(.note("about to change something"))
          } catch {
            failure.withLock { $0 = error }
            throw error
          }
          return StepResult()
        }, needs: []),
    ])
    fixture.recorder = ScriptedRecorder(failingCall: 2)
    let run = fixture
    await #expect(throws: RecordingError.self) { try await run.run() }
    #expect(failure.withLock { $0?.code } == .journal)
  }

  @Test func stepsThatChangeOneTargetNeverRunAtOnce() async throws {
    let atWork = Mutex((now: 0, most: 0))
    let effects = ActionEffects(phase: .restart, services: [PlanFixtures.service("api")])
    let action = ScriptedAction(effects: effects) { _ throws(StepFailure) in
      atWork.withLock { work in
        work.now += 1
        work.most = max(work.most, work.now)
      }
      for _ in 0..<20 { await Task.yield() }
      atWork.withLock { $0.now -= 1 }
      return StepResult()
    }
    var fixture = ExecutorFixture((0..<50).map { PlanFixtures.step("s\($0)", action, needs: []) })
    fixture.services = ["api": TargetName("service:systemd/api.service")]
    #expect(try await fixture.run().result == .recovered)
    #expect(atWork.withLock { $0.most } == 1)
  }

  @Test func aFailedStepIsTriedAgainWhenItsPauseIsOver() async throws {
    let retry = RetryPolicy(maxAttempts: 2, initial: .seconds(5), factor: 2, max: .seconds(60))
    let action = ScriptedAction { context throws(StepFailure) in
      if context.attempt == 1 { throw StepFailure(.system, "refused") }
      return StepResult(outputs: ["limit": context.timeLimit.planText])
    }
    let fixture = ExecutorFixture([PlanFixtures.step("a", action, timeout: .seconds(60), retry: retry)])
    async let finished = fixture.run()
    try await fixture.letTime(reach: .seconds(5))
    #expect(try await finished.result == .recovered)
    guard case .stepFinished(let end)? = fixture.recorder.bodies.dropLast().last else {
      Issue.record("the step has no end")
      return
    }
    #expect(end.attempts == 2)
    #expect(end.outputs == ["limit": "55s"])
  }

  @Test func aThousandStepsRunAtOnce() async throws {
    let gate = ScriptedGate()
    let atWork = Atomic(0)
    let action = ScriptedAction { _ throws(StepFailure) in
      if atWork.add(1, ordering: .relaxed).newValue == 1000 { gate.open() }
      await gate.pass()
      return StepResult()
    }
    var fixture = ExecutorFixture((0..<1000).map { PlanFixtures.step("s\($0)", action, needs: []) })
    fixture.options.parallelism = 1000
    #expect(try await fixture.run().result == .recovered)
  }

  @Test func tenThousandStepsInARowTakeOneWriteEach() async throws {
    let fixture = ExecutorFixture((0..<10_000).map { PlanFixtures.step("s\($0)") })
    #expect(try await fixture.run().result == .recovered)
    #expect(fixture.recorder.batches.count == 10_001)
  }
}
