import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import Synchronization
import Testing
import Values

@testable import Execution

/// Runs that are told to stop, and steps that do not.
@Suite struct StoppingTests {
  private func interrupts() -> (AsyncStream<InterruptRequested>, AsyncStream<InterruptRequested>.Continuation)
  {
    AsyncStream.makeStream(of: InterruptRequested.self)
  }

  @Test func anInterruptCancelsWhatRunsAndRunsFinally() async throws {
    let started = ScriptedGate()
    let fixture = ExecutorFixture(
      [PlanFixtures.step("a", ScriptedAction.waiting(for: ScriptedGate(), started: started))],
      finally: [PlanFixtures.step("tell")])
    let (stream, source) = interrupts()
    async let finished = fixture.executor.run(started: PlanFixtures.started(), interrupts: stream)
    await started.pass()
    source.yield(InterruptRequested(signal: "SIGTERM", stage: 1))
    #expect(try await finished.signal == "SIGTERM")
    #expect(fixture.states == ["a": .cancelled, "tell": .succeeded])
  }

  @Test func aSecondInterruptDoesNotWaitForAStepThatDoesNotStop() async throws {
    let (gate, started) = (ScriptedGate(), ScriptedGate())
    let fixture = ExecutorFixture([PlanFixtures.step("a", ScriptedAction.deaf(until: gate, started: started))]
    )
    let (stream, source) = interrupts()
    async let finished = fixture.executor.run(started: PlanFixtures.started(), interrupts: stream)
    await started.pass()
    source.yield(InterruptRequested(signal: "SIGINT", stage: 1))
    source.yield(InterruptRequested(signal: "SIGINT", stage: 2))
    #expect(try await finished.result == .interrupted)
    #expect(fixture.states == [:])
    gate.open()
  }

  @Test func aStepThatTakesTooLongIsCancelled() async throws {
    let started = ScriptedGate()
    let action = ScriptedAction.waiting(for: ScriptedGate(), started: started)
    let fixture = ExecutorFixture([PlanFixtures.step("a", action, timeout: .seconds(30))])
    async let finished = fixture.run()
    try await fixture.letTime(reach: .seconds(30))
    #expect(try await finished.result == .failed)
    #expect(fixture.states == ["a": .failed])
  }

  @Test func aStepThatDoesNotStopIsLeftBehindAndCanRecordNothingMore() async throws {
    let (gate, refused) = (ScriptedGate(), ScriptedGate())
    let failure = Mutex<StepFailure?>(nil)
    let action = ScriptedAction { context throws(StepFailure) in
      await gate.pass()
      do throws(StepFailure) {
        try await context.record(.note("still here"))
      } catch {
        failure.withLock { $0 = error }
      }
      refused.open()
      return StepResult()
    }
    let block = ScriptedGate()
    let fixture = ExecutorFixture(
      [PlanFixtures.step("a", action, timeout: .seconds(10))],
      finally: [PlanFixtures.step("tell", ScriptedAction.waiting(for: block))])
    async let finished = fixture.run()
    try await fixture.letTime(reach: .seconds(10))
    try await fixture.letTime(reach: .seconds(40))
    // The run is in `finally` now, and the step wakes up.
    try await until { fixture.recorder.bodies.contains(.finallyStarted) }
    gate.open()
    await refused.pass()
    block.open()
    #expect(try await finished.result == .failed)
    #expect(failure.withLock { $0?.code } == .cancelled)
    #expect(fixture.states == ["a": .failed, "tell": .succeeded])
    #expect(!fixture.recorder.bodies.contains { if case .stepEvidence = $0 { true } else { false } })
  }

  @Test func aStepThatIsStillAtWorkWhenTheRunIsOverCanRecordNothingMore() async throws {
    let (gate, started, refused) = (ScriptedGate(), ScriptedGate(), ScriptedGate())
    let failure = Mutex<StepFailure?>(nil)
    let action = ScriptedAction { context throws(StepFailure) in
      started.open()
      await gate.pass()
      do throws(StepFailure) {
        try await context.record(.note("still here"))
      } catch {
        failure.withLock { $0 = error }
      }
      refused.open()
      return StepResult()
    }
    let fixture = ExecutorFixture([PlanFixtures.step("a", action)])
    let (stream, source) = interrupts()
    async let finished = fixture.executor.run(started: PlanFixtures.started(), interrupts: stream)
    await started.pass()
    source.yield(InterruptRequested(signal: "SIGINT", stage: 2))
    _ = try await finished
    let recorded = fixture.recorder.bodies
    gate.open()
    await refused.pass()
    #expect(failure.withLock { $0?.code } == .cancelled)
    #expect(fixture.recorder.bodies == recorded)
  }

  @Test func aLostRecordWaitsForStepsToStopButNotForever() async throws {
    let (gate, started) = (ScriptedGate(), ScriptedGate())
    let writes = ScriptedAction { context throws(StepFailure) in
      await started.pass()
      try await context.record(.note("about to change something"))
      return StepResult()
    }
    var fixture = ExecutorFixture([
      PlanFixtures.step("deaf", ScriptedAction.deaf(until: gate, started: started), needs: []),
      PlanFixtures.step("writes", writes, needs: []),
    ])
    fixture.recorder = ScriptedRecorder(failingCall: 2)
    let run = fixture
    async let finished = run.run()
    try await fixture.letTime(reach: .seconds(30))
    do {
      _ = try await finished
      Issue.record("the run does not say that its record is lost")
    } catch {
      #expect(error is RecordingError)
    }
    gate.open()
  }
}
