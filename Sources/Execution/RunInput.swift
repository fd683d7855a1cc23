package import BackendKit
package import RunEvents

/// What the run machine is told.
package enum RunInput: Sendable {
  /// The run begins; always the first, and once.
  case begin(RunStarted)
  /// The run goes on where the record ends; instead of `begin`.
  case resume(RunContinuation)
  /// An attempt ended well.
  case succeeded(step: Int, attempt: Int, outputs: [String: String])
  /// An attempt ended otherwise, by itself or because it was told to.
  case failed(step: Int, attempt: Int, StepFailure)
  /// What became of the attempt that was under way when the run's process ended.
  case reconciled(step: Int, attempt: Int, Reconciliation)
  /// A step was undone, or has no way back.
  case undone(step: Int, UndoOutcome)
  /// The undo of a step was completed; what stands where.
  case settled(step: Int, String)
  /// The watch of a step's checks ended; only a `failed` one may be repaired.
  case watchEnded(step: Int, WatchOutcome)
  /// The time of the last `RunEffect.wake` has come; one more or one too early does no harm.
  case timer
  /// Someone asked the run to stop.
  case interrupt(InterruptRequested)
  /// What a `RunEffect.record` asked for is not on record, so none of the effects after it was performed.
  case recordingFailed
}

/// What the run machine wants done, in this order.
package enum RunEffect: Sendable, Equatable {
  /// Put these on record, durable before any effect after it is performed. At most one in a list, its first.
  case record([RunEvent.Body])
  /// Begin an attempt that may take as long as `limit`; the machine sees to the limit itself.
  case start(step: Int, attempt: Int, limit: Duration)
  /// Find out what became of the attempt that was under way when the run's process ended; ends like an attempt, but with
  /// `reconciled`.
  case reconcile(step: Int, attempt: Int, limit: Duration)
  /// Undo the step; ends with `undone` or, as an attempt, with `failed`.
  case undo(step: Int, attempt: Int, limit: Duration)
  /// Complete the undo of the step; ends with `settled` or `failed`.
  case settle(step: Int, attempt: Int, limit: Duration)
  /// Go on making the checks of the step that say so; ends with `watchEnded`, or without a word once it was cancelled.
  case watch(step: Int, attempt: Int)
  /// Tell the running attempt to stop, and say when it did.
  case cancel(step: Int, CancelReason)
  /// The attempt would not stop: let nothing that it still does go on record.
  case abandon(step: Int)
  /// Send `timer` at that time instead of the one asked for before.
  case wake(at: Duration)
  /// The run is over; always the last.
  case finish(RunFinished)
}

/// Why a running attempt is told to stop.
package enum CancelReason: Sendable, Equatable {
  /// The step took longer than its timeout.
  case stepTimeout
  /// The attempt took longer than one may.
  case attemptTimeout
  /// The run is ending.
  case runEnds
}
