import HostSystem
import RunEvents
import Testing
import Values

@testable import Journal

/// One event, one line.
@Suite struct RunEventCodecTests {
  private let codec = RunEventCodec(host: "dr-1.example.net") { SHA256Hasher.digest($0) }

  @Test func everyKindOfEventComesBackAsItWas() throws {
    for (number, body) in try everyKind().enumerated() {
      let event = try event(number, body, elapsed: .nanoseconds(1_234_567_890_123))
      let line = try codec.encode(event, previous: SHA256Hasher.digest([1]))
      #expect(line.last == UInt8(ascii: "\n"))
      #expect(line.dropLast().allSatisfy { $0 >= 32 })
      let read = try codec.decode(line)
      #expect(read.event == event)
      #expect(read.previous == SHA256Hasher.digest([1]))
      #expect(try codec.encode(read.event, previous: read.previous) == line)
    }
  }

  @Test func aLineReadsAsDocumented() throws {
    let body = RunEvent.Body.stepStarted(StepStarted(step: try name("restore-orders"), attempt: 2))
    let line = try codec.encode(try event(7, body, elapsed: .nanoseconds(1_500_000_001)), previous: .zero)
    let zeros = String(repeating: "0", count: 64)
    let unsealed =
      "{\"specversion\":\"1.0\",\"id\":\"20261120T031502Z-orders-7f3a/7\",\"source\":\"urn:drplan:dr-1.example.net\","
      + "\"type\":\"dev.drplan.step.started.v1\",\"subject\":\"orders/restore-orders\","
      + "\"time\":\"2026-11-20T03:15:02.123456789Z\",\"datacontenttype\":\"application/json\",\"sequence\":\"7\","
      + "\"previoushash\":\"\(zeros)\","
      + "\"data\":{\"attempt\":2,\"elapsedNanoseconds\":1500000001,\"step\":\"restore-orders\"}"
    let hash = SHA256Hasher.digest(Array(unsealed.utf8))
    #expect(String(decoding: line, as: UTF8.self) == "\(unsealed),\"linehash\":\"\(hash)\"}\n")
  }

  @Test(arguments: [
    ("step.started.v1", "step.paused.v1", RunEventCodingError.Code.unknownType),
    ("step.started.v1", "step.started.v2", .unknownVersion), ("dev.drplan.", "dev.other..", .unknownType),
    ("\"attempt\":1", "\"attempt\":\"1\"", .badData), ("\"attempt\":1,", "", .badData),
    ("\"attempt\":1,", "\"attempt\":1,\"colour\":1,", .badData),
    ("\"specversion\":\"1.0\"", "\"specversion\":\"2.0\"", .malformed),
    ("\"sequence\":\"0\"", "\"sequence\":\"00\"", .malformed), ("7f3a/0", "7f3a/1", .malformed),
    ("\"subject\":\"orders/step-0\"", "\"subject\":\"orders/step-1\"", .malformed),
    ("urn:drplan", "urn:other.", .malformed), ("T03:15", "T33:15", .malformed),
    ("{\"specversion\"", " {\"specversion\"", .malformed),
  ])
  func aLineThatDoesNotFitIsRefused(_ old: String, _ new: String, _ code: RunEventCodingError.Code) throws {
    let body = RunEvent.Body.stepStarted(StepStarted(step: try name("step-0"), attempt: 1))
    let line = try codec.encode(try event(0, body), previous: .zero)
    let error = #expect(throws: RunEventCodingError.self) {
      try codec.decode(try resealed(line, replacing: old, with: new))
    }
    #expect(error?.code == code)
  }

  @Test func anotherSpellingOfANumberIsTheSameEvent() throws {
    let body = RunEvent.Body.stepStarted(StepStarted(step: try name("step-0"), attempt: 1))
    let event = try event(0, body)
    let line = try codec.encode(event, previous: .zero)
    #expect(
      try codec.decode(try resealed(line, replacing: "\"attempt\":1", with: "\"attempt\": 1.0")).event
        == event)
  }

  @Test func aNumberThatJSONDoesNotHaveIsAnError() throws {
    let error = StepError(code: "c", message: "m")
    let body = RunEvent.Body.stepRetrying(
      StepRetrying(step: try name("step-0"), attempt: 1, error: error, delaySeconds: .nan))
    let thrown = #expect(throws: RunEventCodingError.self) {
      try codec.encode(try event(0, body), previous: .zero)
    }
    #expect(thrown?.code == .unwritable)
  }

  private func event(_ sequence: Int, _ body: RunEvent.Body, elapsed: Duration = .zero) throws -> RunEvent {
    RunEvent(
      sequence: sequence, run: try runID(), plan: try name("orders"),
      time: Timestamp(nanoseconds: 1_795_144_502_123_456_789), elapsed: elapsed, body: body)
  }
}

/// The line with a replacement in it and a digest that fits again: what someone who knows the format would forge.
func resealed(_ line: [UInt8], replacing old: String, with new: String) throws -> [UInt8] {
  let text = String(decoding: line, as: UTF8.self)
  let end = try unwrapped(text.range(of: ",\"linehash\":"), "linehash").lowerBound
  let range = try unwrapped(text.range(of: old), old)
  let unsealed = Array((text[..<range.lowerBound] + new + text[range.upperBound..<end]).utf8)
  return unsealed + Array(",\"linehash\":\"\(SHA256Hasher.digest(unsealed))\"}\n".utf8)
}

extension String {
  /// The first place of `part`.
  func range(of part: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part), let end = index(start, offsetBy: part.count, limitedBy: endIndex) {
        return start..<end
      }
      start = index(after: start)
    }
    return nil
  }
}
