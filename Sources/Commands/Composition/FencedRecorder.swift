import HostSystem
import RunEvents

/// Puts events on record only while every lock of the run is ours.
///
/// Every effect of a run needs its record first, so a run that slept while another took over its locks does nothing more
/// when it wakes up. What was begun on the ground of an earlier record is not taken back.
struct FencedRecorder: EventRecorder {
  private let recorder: any EventRecorder
  private let leases: TargetLeases

  init(_ recorder: any EventRecorder, _ leases: TargetLeases) {
    self.recorder = recorder
    self.leases = leases
  }

  /// Records what `recorder` records, after one look at each lock.
  func record(_ bodies: [RunEvent.Body]) async throws(RecordingError) -> [RunEvent] {
    if let refusal = await runBlocking({ leases.refusal() }) { throw refusal }
    return try await recorder.record(announced(bodies))
  }

  /// With what was taken over behind the first event of this process.
  private func announced(_ bodies: [RunEvent.Body]) -> [RunEvent.Body] {
    guard !leases.takenOver.isEmpty else { return bodies }
    return bodies.flatMap { body -> [RunEvent.Body] in
      switch body {
      case .runStarted, .runResumed: [body] + leases.takenOver.map { .lockTakenOver($0) }
      default: [body]
      }
    }
  }
}
