import FoundationEssentials
import Testing
import Values

@Suite struct TimestampTests {
  @Test func everyInstantReadsBackFromItsExactText() throws {
    var numbers = SeededNumbers(seed: 1)
    for _ in 0..<2000 {
      let instant = Timestamp(
        nanoseconds: .random(in: 0..<9_214_646_399_999_999_999, using: &numbers))
      #expect(Timestamp(rfc3339: instant.rfc3339Exact) == instant)
    }
  }

  @Test func everyInstantReadsBackFromJSON() throws {
    var numbers = SeededNumbers(seed: 2)
    for _ in 0..<50 {
      let instant = Timestamp(nanoseconds: .random(in: 0..<4_000_000_000_000_000_000, using: &numbers))
      let data = try JSONEncoder().encode([instant])
      #expect(try JSONDecoder().decode([Timestamp].self, from: data) == [instant])
    }
  }

  @Test func textIsUTCWithMilliseconds() {
    #expect(Timestamp(nanoseconds: 1_795_144_502_123_456_789).description == "2026-11-20T03:15:02.123Z")
    #expect(Timestamp(seconds: 0).description == "1970-01-01T00:00:00.000Z")
  }

  @Test func anInstantBeforeTheEpochHasARightText() {
    #expect(Timestamp(nanoseconds: -1).description == "1969-12-31T23:59:59.999Z")
    #expect(Timestamp(nanoseconds: -1).rfc3339Exact == "1969-12-31T23:59:59.999999999Z")
  }

  @Test func theCompactFormIsToTheSecond() {
    #expect(Timestamp(nanoseconds: 1_795_144_502_999_999_999).compact == "20261120T031502Z")
  }

  @Test(arguments: [
    ("2026-11-20T03:15:02Z", "2026-11-20T03:15:02.000Z"),
    ("2026-11-20t03:15:02z", "2026-11-20T03:15:02.000Z"),
    ("2026-11-20 03:15:02Z", "2026-11-20T03:15:02.000Z"),
    ("2026-11-20T03:15:02+05:30", "2026-11-19T21:45:02.000Z"),
    ("2026-11-20T22:15:02-03:00", "2026-11-21T01:15:02.000Z"),
    ("2026-11-20T03:15:02-00:00", "2026-11-20T03:15:02.000Z"),
    ("2026-11-20T03:15:02.5Z", "2026-11-20T03:15:02.500Z"),
    ("2026-11-20T03:15:02.123456789123Z", "2026-11-20T03:15:02.123Z"),
    ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"),
    ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"),
    ("2100-03-01T00:00:00Z", "2100-03-01T00:00:00.000Z"),
    ("1970-01-01T00:00:00+23:59", "1969-12-31T00:01:00.000Z"),
    ("2261-12-31T23:59:59.999-23:59", "2262-01-01T23:58:59.999Z"),
  ])
  func anInstantIsRead(_ text: String, as expected: String) {
    #expect(Timestamp(rfc3339: text)?.description == expected)
  }

  @Test(arguments: [
    "", "now", "2026", "2026-11-20", "2026-11-20T03:15Z", "2026-11-20T03:15:02", "2026-11-20T03:15:02.Z",
    "2026-11-20T03:15:02,5Z", "2026-11-20T03:15:02ZZ", "2026-11-20T03:15:02 Z", " 2026-11-20T03:15:02Z",
    "2026-11-20T24:00:00Z", "2026-11-20T03:60:00Z", "2026-11-20T03:15:60Z", "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-00T00:00:00Z", "2025-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z", "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "2026-11-20T03:15:02+0530",
    "2026-11-20T03:15:02+5:30", "2026-11-20T03:15:02+24:00", "2026-11-20T03:15:02+05:60",
    "+026-11-20T03:15:02Z", "2026-11-20T03:15:02+05:30Z", "２０２６-11-20T03:15:02Z",
  ])
  func whatIsNoInstantIsRefused(_ text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test func arbitraryBytesAreRefusedOrReadBack() {
    var numbers = SeededNumbers(seed: 3)
    let alphabet = Array("0123456789-:T.Z+ 2026-11-20T03:15:02")
    for _ in 0..<3000 {
      var text = Array("2026-11-20T03:15:02.5+01:00")
      for _ in 0..<3 {
        text[.random(in: 0..<text.count, using: &numbers)] =
          alphabet.randomElement(using: &numbers) ?? "0"
      }
      guard let instant = Timestamp(rfc3339: String(text)) else { continue }
      #expect(Timestamp(rfc3339: instant.rfc3339Exact) == instant)
    }
  }

  @Test func movingAnInstantBeyondWhatFitsStopsAtTheLimit() {
    let late = Timestamp(nanoseconds: Int64.max - 5)
    #expect(late.advanced(by: .seconds(1)).nanoseconds == Int64.max)
    #expect(Timestamp(nanoseconds: Int64.min).distance(to: late).nanoseconds == Int64.max)
  }

  @Test func distancesHaveASign() {
    let early = Timestamp(seconds: 10)
    let late = Timestamp(seconds: 15)
    #expect(early.distance(to: late) == .seconds(5))
    #expect(late.distance(to: early) == .seconds(-5))
    #expect(early.advanced(by: .seconds(5)) == late)
  }
}
