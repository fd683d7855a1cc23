import FoundationEssentials
import Values

/// The `data` of an event's line: the body's own keys, sorted, and `elapsedNanoseconds`.
enum RunEventData {
  static func encode(_ event: RunEvent) throws(RunEventCodingError) -> [UInt8] {
    let elapsed = event.elapsed.nanoseconds
    return switch event.body {
    case .runStarted(let body): try encode(body, elapsed)
    case .stepStarted(let body): try encode(body, elapsed)
    case .stepEvidence(let body): try encode(EvidenceData(body), elapsed)
    case .stepRetrying(let body): try encode(body, elapsed)
    case .stepFinished(let body): try encode(body, elapsed)
    case .interruptRequested(let body): try encode(body, elapsed)
    case .finallyStarted: try encode(NoData(), elapsed)
    case .runFinished(let body): try encode(body, elapsed)
    case .runResumed(let body): try encode(body, elapsed)
    case .stepReconciled(let body): try encode(body, elapsed)
    case .stepDecided(let body): try encode(body, elapsed)
    case .undoStarted(let body): try encode(body, elapsed)
    case .stepUndone(let body): try encode(body, elapsed)
    case .runCommitted(let body): try encode(body, elapsed)
    case .objectiveAtRisk(let body): try encode(body, elapsed)
    case .runNotified(let body): try encode(body, elapsed)
    case .lockTakenOver(let body): try encode(body, elapsed)
    case .drillPlaceMade(let body): try encode(body, elapsed)
    case .drillPlaceRemoved(let body): try encode(body, elapsed)
    case .watchStarted(let body): try encode(body, elapsed)
    case .watchFinished(let body): try encode(body, elapsed)
    case .repairStarted(let body): try encode(body, elapsed)
    }
  }

  static func decode(
    _ kind: RunEventKind, _ bytes: ArraySlice<UInt8>
  ) throws(RunEventCodingError) -> (RunEvent.Body, Duration) {
    switch kind {
    case .runStarted: try read(RunStarted.self, bytes) { .runStarted($0) }
    case .stepStarted: try read(StepStarted.self, bytes) { .stepStarted($0) }
    case .stepEvidence: try read(EvidenceData.self, bytes) { .stepEvidence($0.event) }
    case .stepRetrying: try read(StepRetrying.self, bytes) { .stepRetrying($0) }
    case .stepFinished: try read(StepFinished.self, bytes) { .stepFinished($0) }
    case .interruptRequested: try read(InterruptRequested.self, bytes) { .interruptRequested($0) }
    case .finallyStarted: try read(NoData.self, bytes) { _ in .finallyStarted }
    case .runFinished: try read(RunFinished.self, bytes) { .runFinished($0) }
    case .runResumed: try read(RunResumed.self, bytes) { .runResumed($0) }
    case .stepReconciled: try read(StepReconciled.self, bytes) { .stepReconciled($0) }
    case .stepDecided: try read(StepDecided.self, bytes) { .stepDecided($0) }
    case .undoStarted: try read(UndoStarted.self, bytes) { .undoStarted($0) }
    case .stepUndone: try read(StepUndone.self, bytes) { .stepUndone($0) }
    case .runCommitted: try read(RunCommitted.self, bytes) { .runCommitted($0) }
    case .objectiveAtRisk: try read(ObjectiveAtRisk.self, bytes) { .objectiveAtRisk($0) }
    case .runNotified: try read(RunNotified.self, bytes) { .runNotified($0) }
    case .lockTakenOver: try read(LockTakenOver.self, bytes) { .lockTakenOver($0) }
    case .drillPlaceMade: try read(DrillPlace.self, bytes) { .drillPlaceMade($0) }
    case .drillPlaceRemoved: try read(DrillPlace.self, bytes) { .drillPlaceRemoved($0) }
    case .watchStarted: try read(WatchStarted.self, bytes) { .watchStarted($0) }
    case .watchFinished: try read(WatchFinished.self, bytes) { .watchFinished($0) }
    case .repairStarted: try read(RepairStarted.self, bytes) { .repairStarted($0) }
    }
  }

  private static func encode(
    _ body: some Codable & Sendable, _ elapsed: Int64
  ) throws(RunEventCodingError) -> [UInt8] {
    do {
      return Array(try encoder().encode(Timed(body: body, elapsedNanoseconds: elapsed)))
    } catch {
      throw RunEventCodingError(.unwritable, "an event cannot be written as JSON: \(error)")
    }
  }

  private static func read<Data: Codable & Sendable>(
    _ type: Data.Type, _ bytes: ArraySlice<UInt8>, _ make: (Data) -> RunEvent.Body
  ) throws(RunEventCodingError) -> (RunEvent.Body, Duration) {
    let timed: Timed<Data>
    do {
      timed = try JSONDecoder().decode(Timed<Data>.self, from: FoundationEssentials.Data(bytes))
    } catch let error as DecodingError {
      throw RunEventCodingError(.badData, "the event's data does not fit its type: \(error.brief)")
    } catch {
      throw RunEventCodingError(.badData, "the event's data does not fit its type: \(error)")
    }
    try refuseUnknownKeys(timed, bytes)
    return (make(timed.body), .nanoseconds(timed.elapsedNanoseconds))
  }

  /// Decoding passes over keys it does not know; writing the value again shows them.
  ///
  /// What was read must say all that the line says. Equal bytes settle it; otherwise the values are compared, because another version may
  /// spell a number differently.
  private static func refuseUnknownKeys(
    _ value: some Encodable, _ bytes: ArraySlice<UInt8>
  ) throws(RunEventCodingError) {
    do {
      let again = try encoder().encode(value)
      if again.elementsEqual(bytes) { return }
      let decoder = JSONDecoder()
      let here = try decoder.decode(AnyJSON.self, from: again)
      let there = try decoder.decode(AnyJSON.self, from: Data(bytes))
      if here == there { return }
    } catch {
      throw RunEventCodingError(.badData, "the event's data does not fit its type: \(error)")
    }
    throw RunEventCodingError(
      .badData, "the event's data holds keys that this drplan does not know; read it with a newer one")
  }

  private static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}

/// A body and the time since the run's first event, in one object.
private struct Timed<Body: Codable & Sendable>: Codable, Sendable {
  var body: Body
  var elapsedNanoseconds: Int64

  private enum Key: String, CodingKey { case elapsedNanoseconds }

  init(body: Body, elapsedNanoseconds: Int64) {
    self.body = body
    self.elapsedNanoseconds = elapsedNanoseconds
  }

  init(from decoder: any Decoder) throws {
    body = try Body(from: decoder)
    elapsedNanoseconds = try decoder.container(keyedBy: Key.self).decode(
      Int64.self, forKey: .elapsedNanoseconds)
  }

  func encode(to encoder: any Encoder) throws {
    try body.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(elapsedNanoseconds, forKey: .elapsedNanoseconds)
  }
}

/// An event that says all by its type.
private struct NoData: Codable, Sendable {}

/// A step's evidence with the kind of evidence as its key: `{"attempt":1,"check":{...},"step":"verify-orders"}`.
private struct EvidenceData: Codable, Sendable {
  var event: StepEvidenceEvent

  private enum Key: String, CodingKey, CaseIterable {
    case step, attempt
    case snapshotChosen, publishing, restored, published, check, service, notification, note
    case identity, command, approvalRequested, approvalAnswered, watched
  }

  init(_ event: StepEvidenceEvent) { self.event = event }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let kinds = container.allKeys.filter { $0 != .step && $0 != .attempt }
    guard let kind = kinds.first, kinds.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "evidence holds exactly one kind of evidence")
      )
    }
    let evidence: StepEvidence =
      switch kind {
      case .snapshotChosen: .snapshotChosen(try container.decode(RestoredDatabase.self, forKey: kind))
      case .publishing: .publishing(try container.decode(Publication.self, forKey: kind))
      case .restored: .restored(try container.decode(RestoredDatabase.self, forKey: kind))
      case .published: .published(try container.decode(Publication.self, forKey: kind))
      case .check: .check(try container.decode(CheckRecord.self, forKey: kind))
      case .service: .service(try container.decode(ServiceRecord.self, forKey: kind))
      case .notification: .notification(try container.decode(NotificationRecord.self, forKey: kind))
      case .identity: .identity(try container.decode(TargetIdentity.self, forKey: kind))
      case .command: .command(try container.decode(CommandRecord.self, forKey: kind))
      case .approvalRequested: .approvalRequested(try container.decode(ApprovalRequest.self, forKey: kind))
      case .approvalAnswered: .approvalAnswered(try container.decode(ApprovalAnswer.self, forKey: kind))
      case .watched: .watched(try container.decode(WatchLook.self, forKey: kind))
      case .note, .step, .attempt: .note(try container.decode(String.self, forKey: kind))
      }
    event = StepEvidenceEvent(
      step: try container.decode(StepID.self, forKey: .step),
      attempt: try container.decode(Int.self, forKey: .attempt),
      evidence: evidence)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(event.step, forKey: .step)
    try container.encode(event.attempt, forKey: .attempt)
    switch event.evidence {
    case .snapshotChosen(let value): try container.encode(value, forKey: .snapshotChosen)
    case .publishing(let value): try container.encode(value, forKey: .publishing)
    case .restored(let value): try container.encode(value, forKey: .restored)
    case .published(let value): try container.encode(value, forKey: .published)
    case .check(let value): try container.encode(value, forKey: .check)
    case .service(let value): try container.encode(value, forKey: .service)
    case .notification(let value): try container.encode(value, forKey: .notification)
    case .note(let value): try container.encode(value, forKey: .note)
    case .watched(let value): try container.encode(value, forKey: .watched)
    case .identity(let value): try container.encode(value, forKey: .identity)
    case .command(let value): try container.encode(value, forKey: .command)
    case .approvalRequested(let value): try container.encode(value, forKey: .approvalRequested)
    case .approvalAnswered(let value): try container.encode(value, forKey: .approvalAnswered)
    }
  }
}

/// Any JSON value, to compare two texts by meaning.
private enum AnyJSON: Decodable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([AnyJSON])
  case object([String: AnyJSON])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {  // not this type: the next line tries another
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {  // as above
      self = .number(value)
    } else if let value = try? container.decode(String.self) {  // as above
      self = .string(value)
    } else if let value = try? container.decode([AnyJSON].self) {  // as above
      self = .array(value)
    } else {
      self = .object(try container.decode([String: AnyJSON].self))
    }
  }
}

extension DecodingError {
  fileprivate var brief: String {
    func path(_ context: Context, _ key: (any CodingKey)? = nil) -> String {
      (context.codingPath + (key.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
    }
    return switch self {
    case .keyNotFound(let key, let context): "`\(path(context, key))` is missing"
    case .valueNotFound(_, let context): "`\(path(context))` is null"
    case .typeMismatch(_, let context): "`\(path(context))` is of another type"
    case .dataCorrupted(let context): "`\(path(context))`: \(context.debugDescription)"
    @unknown default: "\(self)"
    }
  }
}
