import BackendKit
import RunEvents

/// A step's wish to have something on record, with the step waiting for the answer.
struct EvidenceRequest: Sendable {
  let step: Int
  let attempt: Int
  let evidence: StepEvidence
  private let answer: CheckedContinuation<StepFailure?, Never>

  /// Hands the wish to the driver and returns when the evidence is durable.
  static func make(
    _ evidence: StepEvidence, step: Int, attempt: Int, to mailbox: Mailbox
  ) async throws(StepFailure) {
    let failure = await withCheckedContinuation { answer in
      let request = EvidenceRequest(step: step, attempt: attempt, evidence: evidence, answer: answer)
      if !mailbox.post(.evidence(request)) { request.refuse(.tooLate) }
    }
    if let failure { throw failure }
  }

  /// The evidence is durable.
  ///
  /// Each request is answered once, by this or `refuse`.
  func accept() { answer.resume(returning: nil) }

  /// The evidence is not on record, and the step must not do what it announced.
  func refuse(_ failure: StepFailure) { answer.resume(returning: failure) }
}

extension StepFailure {
  /// The run does not wait for the attempt any more, or is over.
  static let tooLate = StepFailure(
    .cancelled, "the run goes on without this step, so nothing that it does goes on record",
    isRetryable: false)

  /// The record cannot be written.
  static func unrecorded(_ error: RecordingError) -> StepFailure {
    StepFailure(.journal, error.description, isRetryable: false)
  }
}
