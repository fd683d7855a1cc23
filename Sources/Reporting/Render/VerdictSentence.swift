import RunEvents
import Values

extension RunRecord {
  /// What happened in one sentence, the first thing that anyone reads: `Recovered in 12.4 s of 15 m; data as of
  /// 2026-11-20 03:12:59 UTC, 2 m 03 s lost of 5 m allowed.` Safe to print in any style but pure ASCII.
  public var verdictSentence: String {
    let text = PrintableText.line("\(headline).")
    guard mode == .drill else { return text }
    return "Drill: " + text.prefix(1).lowercased() + text.dropFirst()
  }

  private var headline: String {
    switch result {
    case .running:
      "Running for \(Duration(recordSeconds: seconds).readable) of \(allowedTime) allowed\(stepsGoing)"
    case .ended(.recovered): "Recovered\(timeClause); \(dataClause)"
    case .ended(.recoveredWithExceptions): "Recovered with exceptions\(timeClause); \(dataClause)"
    case .ended(.failed):
      "Failed\(atFailedStep) after \(Duration(recordSeconds: seconds).readable)"
        // Of a rollback the first to know is that not everything is back.
        + (rollback == nil ? failedStep?.error.map { ": \($0.message)" } ?? because : because)
    case .ended(.rolledBack): "Rolled back after \(Duration(recordSeconds: seconds).readable)\(because)"
    case .ended(.waiting): "Waiting for a person\(waitingStep)\(because)"
    case .ended(.interrupted):
      "Interrupted\(signal.map { " by \($0)" } ?? "") after \(Duration(recordSeconds: seconds).readable)\(because)"
    case .ended(.refused): "Refused, nothing was touched\(because)"
    }
  }

  private var allowedTime: String { objectives.rto.objective.objectiveText }

  private var timeClause: String {
    guard let actual = objectives.rto.actual else {
      return ", recovery time unmeasured (\(objectives.rto.reason ?? "no reason on record"))"
    }
    return objectives.rto.verdict == .met
      ? " in \(actual.readable) of \(allowedTime)" : " in \(actual.readable), over the \(allowedTime) allowed"
  }

  private var dataClause: String {
    let allowed = objectives.rpo.objective.objectiveText
    guard let lost = objectives.rpo.actual, let point = objectives.rpo.consistentAt else {
      return "data loss unmeasured (\(objectives.rpo.reason ?? "no reason on record"))"
    }
    return objectives.rpo.verdict == .met
      ? "data as of \(point.readable), \(lost.readable) lost of \(allowed) allowed"
      : "data as of \(point.readable), \(lost.readable) lost, over the \(allowed) allowed"
  }

  private var because: String {
    reason.map { ": \($0)" } ?? failedStep?.error.map { ": \($0.message)" } ?? ""
  }

  private var atFailedStep: String { failedStep.map { " at step `\($0.id)`" } ?? "" }

  private var waitingStep: String {
    let step = steps.first { $0.state == .waiting } ?? failedStep
    return step.map { " at step `\($0.id)`" } ?? ""
  }

  private var stepsGoing: String {
    let going = steps.filter { $0.state == .running || $0.state == .waiting }.map { "`\($0.id)`" }
    return going.isEmpty ? "" : ": \(going.joined(separator: ", "))"
  }

  /// The main step that failed first, one under `Continue` only if there is no other.
  var failedStep: StepRecord? {
    let failed = steps.filter { $0.state == .failed && !$0.isFinally }
      .sorted { ($0.finishedAt?.nanoseconds ?? .max) < ($1.finishedAt?.nanoseconds ?? .max) }
    return failed.first { $0.onFailure != .continue } ?? failed.first
  }
}
