import RunEvents
import Values

/// What happened to a run beside its steps, as its events tell it.
struct RunIncidentTrack: Sendable {
  var resumptions: [ResumptionRecord] = []
  /// When the last event was, while a process wrote.
  var lastActivity: Duration?
  /// How long nobody carried the run on.
  var idle = Duration.zero
  /// Why the run is or was undone; nil when it is not, or went forward again since.
  var undoing: String?
  var commits: [RunCommitted] = []
  var atRisk: (event: ObjectiveAtRisk, at: Timestamp)?
  var notified: [RunNotified] = []
  var takenOver: [LockTakenOver] = []
}

extension RunRecordFold {
  /// Takes an event that is not of the usual course of a run.
  mutating func applyIncident(_ event: RunEvent) {
    switch event.body {
    case .runResumed(let body): resume(event, body)
    case .stepReconciled(let body):
      change(body.step) { $0.tell("after the crash: \(body.detail)") }
    case .stepDecided(let body):
      change(body.step) {
        $0.isAssumed = body.decision == .assumeDone
        $0.tell(
          "\(body.user) decided: \(body.decision.words)\(body.reason.isEmpty ? "" : ": \(body.reason)")")
      }
    case .undoStarted(let body): incidents.undoing = body.reason
    case .stepUndone(let body): change(body.step) { $0.undone = UndoRecord(body) }
    case .runCommitted(let body):
      incidents.commits.append(body)
      let removed = Set(body.removed)
      for position in steps.indices { steps[position].letGo(removed) }
    case .objectiveAtRisk(let body): incidents.atRisk = (body, event.time)
    case .runNotified(let body): incidents.notified.append(body)
    case .lockTakenOver(let body): incidents.takenOver.append(body)
    case .repairStarted(let body):
      for step in body.repairs { change(step) { $0.startAnew() } }
      change(body.step) {
        $0.tell(
          "repair \(body.round): \(body.checks.joined(separator: ", ")) failed, so "
            + body.repairs.map(\.text).joined(separator: ", ") + " ran")
      }
    case .watchStarted(let body): change(body.step) { $0.watch = WatchRecord(body) }
    case .watchFinished(let body): change(body.step) { $0.watch?.finish(body) }
    case .drillPlaceMade, .drillPlaceRemoved, .runStarted, .stepStarted, .stepEvidence, .stepRetrying,
      .stepFinished, .interruptRequested, .finallyStarted, .runFinished:
      return
    }
  }
}

extension StepDecided.Decision {
  fileprivate var words: String {
    switch self {
    case .retry: "try it again"
    case .skip: "leave it out"
    case .assumeDone: "it is done"
    }
  }
}
