import FoundationEssentials
public import Values

/// Turns a `RunEvent` into one CloudEvents 1.0 JSON line and back.
///
/// The envelope's keys stand in one fixed order and hold nothing that needs escaping, so a line has one spelling and
/// anything else is refused. `docs/journal-format.md` describes the line for those who read it without this program.
public struct RunEventCodec: Sendable {
  /// The digest of some bytes; SHA-256, handed in because this module touches no C library.
  public typealias Digest = @Sendable ([UInt8]) -> SHA256Digest

  private let source: String
  private let digest: Digest

  /// A codec for lines written on `host`; `digest` must be SHA-256.
  public init(host: String, digest: @escaping Digest) {
    source = "urn:drplan:" + Self.urnPart(host)
    self.digest = digest
  }

  /// One decoded line.
  public struct Line: Sendable, Equatable {
    /// The event.
    public var event: RunEvent
    /// Digest of the line before, its newline included; `SHA256Digest.zero` on the first line.
    public var previous: SHA256Digest
    /// Where it was written, `urn:drplan:<host>`.
    public var source: String
  }

  /// The event as one line with its newline; `previous` is the digest of the whole line before, newline included.
  public func encode(
    _ event: RunEvent, previous: SHA256Digest
  ) throws(RunEventCodingError) -> [UInt8] {
    let kind = RunEventKind(event.body)
    let subject = event.body.step.map { "\(event.plan)/\($0)" } ?? event.plan.text
    var line = Array(
      """
      {"specversion":"1.0","id":"\(event.run)/\(event.sequence)","source":"\(source)","type":"\(kind.type)",\
      "subject":"\(subject)","time":"\(event.time.rfc3339Exact)","datacontenttype":"application/json",\
      "sequence":"\(event.sequence)","previoushash":"\(previous)","data":
      """.utf8)
    line += try RunEventData.encode(event)
    let hash = digest(line)
    line += Array("\(Self.hashKey)\(hash)\"}\n".utf8)
    return line
  }

  /// Reads one line, without or with its newline; anything but the form that `encode` writes is an error.
  public func decode(_ bytes: [UInt8]) throws(RunEventCodingError) -> Line {
    var line = bytes
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    let tail = Self.hashKey.utf8.count + 64 + 2
    guard line.count > tail, line.suffix(2).elementsEqual("\"}".utf8),
      line.suffix(tail).starts(with: Self.hashKey.utf8),
      let stated = SHA256Digest(hex: String(decoding: line.suffix(66).prefix(64), as: UTF8.self))
    else { throw RunEventCodingError(.malformed, "the line does not end with its `linehash`") }
    line.removeLast(tail)
    guard digest(line) == stated else {
      throw RunEventCodingError(.wrongDigest, "the line's bytes do not have the digest its `linehash` states")
    }
    var scanner = EnvelopeScanner(line)
    try scanner.expect("{\"specversion\":\"1.0\",\"id\":\"")
    let id = try scanner.text(before: "\",\"source\":\"")
    let source = try scanner.text(before: "\",\"type\":\"")
    let type = try scanner.text(before: "\",\"subject\":\"")
    let subject = try scanner.text(before: "\",\"time\":\"")
    let time = try scanner.text(before: "\",\"datacontenttype\":\"application/json\",\"sequence\":\"")
    let number = try scanner.text(before: "\",\"previoushash\":\"")
    let hash = try scanner.text(before: "\",\"data\":")
    guard source.hasPrefix("urn:drplan:") else { throw .envelope("source", source) }
    guard let sequence = Int(number), sequence >= 0, String(sequence) == number else {
      throw .envelope("sequence", number)
    }
    guard id.hasSuffix("/" + number), let run = RunID(String(id.dropLast(number.utf8.count + 1))) else {
      throw .envelope("id", id)
    }
    guard let instant = Timestamp(rfc3339: time) else { throw .envelope("time", time) }
    guard let previous = SHA256Digest(hex: hash) else { throw .envelope("previoushash", hash) }
    let kind = try RunEventKind(type: type)
    let (body, elapsed) = try RunEventData.decode(kind, scanner.rest)
    let parts = subject.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = parts.first, let plan = PlanName(String(name)),
      parts.dropFirst().map(String.init) == (body.step.map { [$0.text] } ?? [])
    else { throw .envelope("subject", subject) }
    let event = RunEvent(
      sequence: sequence, run: run, plan: plan, time: instant, elapsed: elapsed, body: body)
    return Line(event: event, previous: previous, source: source)
  }

  private static let hashKey = ",\"linehash\":\""

  /// Host names are letters, digits, dots and hyphens; whatever else a host calls itself is percent-encoded.
  private static func urnPart(_ host: String) -> String {
    var text = ""
    for byte in host.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        text += byte < 16 ? "%0" : "%"
        text += String(byte, radix: 16, uppercase: true)
      }
    }
    return text.isEmpty ? "unknown" : text
  }
}

extension RunEvent.Body {
  /// The step it speaks of, if it speaks of one.
  public var step: StepID? {
    switch self {
    case .runStarted, .interruptRequested, .finallyStarted, .runFinished, .runResumed, .undoStarted,
      .runCommitted,
      .objectiveAtRisk, .runNotified, .lockTakenOver, .drillPlaceMade, .drillPlaceRemoved:
      nil
    case .stepStarted(let body): body.step
    case .stepEvidence(let body): body.step
    case .stepRetrying(let body): body.step
    case .stepFinished(let body): body.step
    case .stepReconciled(let body): body.step
    case .stepDecided(let body): body.step
    case .stepUndone(let body): body.step
    case .watchStarted(let body): body.step
    case .watchFinished(let body): body.step
    case .repairStarted(let body): body.step
    }
  }
}

extension RunEventCodingError {
  fileprivate static func envelope(_ key: String, _ text: String) -> RunEventCodingError {
    RunEventCodingError(.malformed, "`\(text.prefix(80))` is no `\(key)` of an event")
  }
}

/// Walks over the envelope's fixed text.
private struct EnvelopeScanner {
  private(set) var rest: ArraySlice<UInt8>

  init(_ line: [UInt8]) { rest = line[...] }

  mutating func expect(_ text: String) throws(RunEventCodingError) {
    guard rest.starts(with: text.utf8) else {
      throw RunEventCodingError(.malformed, "the line does not begin with `\(text)`")
    }
    rest = rest.dropFirst(text.utf8.count)
  }

  /// The text up to the quote that `separator` begins with; `separator` itself must follow and is passed over.
  mutating func text(before separator: String) throws(RunEventCodingError) -> String {
    guard let quote = rest.firstIndex(of: UInt8(ascii: "\"")), rest[quote...].starts(with: separator.utf8)
    else {
      throw RunEventCodingError(.malformed, "the envelope lacks `\(separator.dropFirst())`")
    }
    let text = String(decoding: rest[..<quote], as: UTF8.self)
    rest = rest[quote...].dropFirst(separator.utf8.count)
    return text
  }
}
