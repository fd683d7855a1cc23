public import BackendKit
public import Declarations
public import RunEvents
public import StepGraph
public import Values

/// Carries out runs of a plan: performs what `RunMachine` decides, and tells it what came of it.
///
/// Nothing is performed that is not on record first. Every attempt of a step has a task of its own, which is cancelled to
/// stop it; an attempt that does not stop holds up neither the others nor the end of the run. Such an attempt, and every
/// one that still runs when the run is over, can put nothing more on record.
public struct Executor: Sendable {
  let graph: StepGraph
  let environment: RunEnvironment
  let facts: RunFacts
  let options: ExecutionOptions
  let recorder: any EventRecorder
  let clock: any RunClock
  let references: @Sendable (Reference) -> String?
  let progress: @Sendable (StepID, StepProgress) -> Void
  let report: @Sendable () -> String
  let targetGuard: TargetGuard

  /// An executor for runs of `graph`.
  ///
  /// `references` gives the values of references other than outputs of steps; `progress` is told how far steps are, from
  /// many tasks at once, and must be quick; `report` is the run's report so far; `targetGuard` knows the targets that the run
  /// saw before.
  public init(
    graph: StepGraph, environment: RunEnvironment, facts: RunFacts,
    options: ExecutionOptions = ExecutionOptions(), recorder: any EventRecorder, clock: any RunClock,
    references: @escaping @Sendable (Reference) -> String?,
    progress: @escaping @Sendable (StepID, StepProgress) -> Void,
    report: @escaping @Sendable () -> String, targetGuard: TargetGuard = TargetGuard()
  ) {
    self.targetGuard = targetGuard
    self.graph = graph
    self.environment = environment
    self.facts = facts
    self.options = options
    self.recorder = recorder
    self.clock = clock
    self.references = references
    self.progress = progress
    self.report = report
  }

  /// Runs the plan to its end; `started` becomes the first event on record.
  ///
  /// Cancelling the calling task does nothing: ask the run to stop through `interrupts`. The error means that the record
  /// could not be written; by then everything that ran was told to stop, and has, unless it took longer than the
  /// options' `cancelGrace`.
  public func run(
    started: RunStarted, interrupts: AsyncStream<InterruptRequested>
  ) async throws(RecordingError) -> RunFinished {
    var driver = RunDriver(self, .begin(started))
    return try await driver.run(interrupts: interrupts)
  }

  /// Carries a run on where its record ends; `resumed` becomes the next event on record, after it `decisions`.
  ///
  /// Attempts that were under way are reconciled with their backends before anything is tried again. As `run` otherwise.
  public func resume(
    _ resumption: Resumption, _ resumed: RunResumed, decisions: [StepDecided] = [], undoing: String? = nil,
    interrupts: AsyncStream<InterruptRequested>
  ) async throws(RecordingError) -> RunFinished {
    let continuation = RunContinuation(
      resumed: resumed, decisions: decisions, steps: resumption.steps,
      undoing: undoing ?? resumption.run.undoing, wasAtRisk: resumption.run.wasAtRisk)
    var driver = RunDriver(self, .resume(continuation))
    return try await driver.run(interrupts: interrupts)
  }
}
