import RunEvents
import Values

/// What is on record of one service in one step.
struct ServiceTrail: Sendable {
  /// Its changes, in order.
  let records: [ServiceRecord]

  /// Picks them out of the evidence of a step.
  init(of service: ServiceID, in evidence: [StepEvidence]) {
    records = evidence.compactMap {
      if case .service(let record) = $0, record.service == service { record } else { nil }
    }
  }

  /// The last change.
  var last: ServiceRecord? { records.last }

  /// What the last attempt found before it touched the service.
  var found: ServiceRecord? { records.last { $0.state == "Found" } }

  /// Which process the last attempt started.
  var started: String? { records.last { $0.state == "Started" }?.detail }

  /// Whether it ran before the step touched it first; nil when the step never did.
  var wasRunning: Bool? { records.first { $0.state == "Found" }?.wasRunning }
}
