/// Which event a line holds: the `type` of its envelope.
enum RunEventKind: String, CaseIterable {
  case runStarted = "run.started"
  case stepStarted = "step.started"
  case stepEvidence = "step.evidence"
  case stepRetrying = "step.retrying"
  case stepFinished = "step.finished"
  case interruptRequested = "run.interruptrequested"
  case finallyStarted = "run.finallystarted"
  case runFinished = "run.finished"
  case runResumed = "run.resumed"
  case stepReconciled = "step.reconciled"
  case stepDecided = "step.decided"
  case undoStarted = "run.undostarted"
  case stepUndone = "step.undone"
  case runCommitted = "run.committed"
  case objectiveAtRisk = "objective.atrisk"
  case runNotified = "run.notified"
  case lockTakenOver = "lock.takenover"
  case drillPlaceMade = "drill.placemade"
  case drillPlaceRemoved = "drill.placeremoved"
  case watchStarted = "watch.started"
  case watchFinished = "watch.finished"
  case repairStarted = "repair.started"

  private static let prefix = "dev.drplan."
  private static let version = "v1"

  init(_ body: RunEvent.Body) {
    self =
      switch body {
      case .runStarted: .runStarted
      case .stepStarted: .stepStarted
      case .stepEvidence: .stepEvidence
      case .stepRetrying: .stepRetrying
      case .stepFinished: .stepFinished
      case .interruptRequested: .interruptRequested
      case .finallyStarted: .finallyStarted
      case .runFinished: .runFinished
      case .runResumed: .runResumed
      case .stepReconciled: .stepReconciled
      case .stepDecided: .stepDecided
      case .undoStarted: .undoStarted
      case .stepUndone: .stepUndone
      case .runCommitted: .runCommitted
      case .objectiveAtRisk: .objectiveAtRisk
      case .runNotified: .runNotified
      case .lockTakenOver: .lockTakenOver
      case .drillPlaceMade: .drillPlaceMade
      case .drillPlaceRemoved: .drillPlaceRemoved
      case .watchStarted: .watchStarted
      case .watchFinished: .watchFinished
      case .repairStarted: .repairStarted
      }
  }

  /// The full type, `dev.drplan.step.started.v1`.
  var type: String { "\(Self.prefix)\(rawValue).\(Self.version)" }

  /// Reads a full type; a type or version of the future is an error, because leaving out an event would make every
  /// fold over the rest a lie.
  init(type: String) throws(RunEventCodingError) {
    guard type.hasPrefix(Self.prefix), let dot = type.lastIndex(of: "."),
      let kind = RunEventKind(rawValue: String(type[..<dot].dropFirst(Self.prefix.count)))
    else {
      throw RunEventCodingError(
        .unknownType, "event type `\(type.prefix(80))` is not known to this drplan; read it with a newer one")
    }
    guard type[dot...].dropFirst() == Self.version else {
      throw RunEventCodingError(
        .unknownVersion,
        "event type `\(type.prefix(80))` has a version this drplan does not know; read it with a newer one")
    }
    self = kind
  }
}
