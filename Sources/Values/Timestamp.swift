/// An instant of the wall clock, in nanoseconds since 1970-01-01T00:00:00Z.
///
/// For recovery points and records. Never subtract two of them for an elapsed time: wall clocks jump; elapsed
/// times come from a monotonic clock.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Nanoseconds since the epoch, UTC, without leap seconds.
  public let nanoseconds: Int64

  /// The instant that many nanoseconds after the epoch.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The instant that many seconds after the epoch.
  public init(seconds: Int64) { self.nanoseconds = seconds * 1_000_000_000 }

  /// In ascending order.
  public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The instant `duration` later, or the last that there is.
  public func advanced(by duration: Duration) -> Timestamp {
    let (sum, overflowed) = nanoseconds.addingReportingOverflow(duration.nanoseconds)
    return Timestamp(nanoseconds: overflowed ? (nanoseconds < 0 ? .min : .max) : sum)
  }

  /// How much later `other` is by the wall clock: for ages of data, not for elapsed times.
  public func distance(to other: Timestamp) -> Duration {
    .nanoseconds(other.nanoseconds) - .nanoseconds(nanoseconds)
  }

  /// RFC 3339 in UTC with milliseconds: `2026-11-20T03:15:02.123Z`.
  public var description: String {
    let (date, time) = civil
    let milliseconds = time.nanosecond / 1_000_000
    return "\(date)T\(time.clock).\(padded(milliseconds, to: 3))Z"
  }

  /// Compact UTC to the second, for names: `20261120T031502Z`.
  public var compact: String {
    var text = ""
    for character in description.prefix(19) where character != "-" && character != ":" {
      text.append(character)
    }
    return text + "Z"
  }

  private var civil: (date: String, time: (clock: String, nanosecond: Int64)) {
    let seconds = nanoseconds.flooredDivision(by: 1_000_000_000)
    let days = seconds.flooredDivision(by: 86_400)
    let ofDay = seconds - days * 86_400
    let (year, month, day) = CivilDate.fromDays(days)
    let date = "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))"
    let clock =
      "\(padded(ofDay / 3600, to: 2)):\(padded(ofDay / 60 % 60, to: 2)):\(padded(ofDay % 60, to: 2))"
    return (date, (clock, nanoseconds - seconds * 1_000_000_000))
  }
}

extension Timestamp: Codable {
  /// Reads RFC 3339 text.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Timestamp(rfc3339: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is not an RFC 3339 instant"))
    }
    self = value
  }

  /// Writes RFC 3339 text with the nanoseconds it has.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rfc3339Exact)
  }

  /// RFC 3339 in UTC with as many decimals as the value needs: reading it back gives the same instant.
  public var rfc3339Exact: String {
    let fraction = nanoseconds - nanoseconds.flooredDivision(by: 1_000_000_000) * 1_000_000_000
    guard fraction % 1_000_000 != 0 else { return description }
    return "\(description.prefix(20))\(padded(fraction, to: 9))Z"
  }

  /// Reads `2026-11-20T03:15:02Z`, with optional decimals and any numeric offset; nil for anything else.
  public init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20 else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= bytes.count else { return nil }
      var value: Int64 = 0
      for byte in bytes[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 48)
      }
      return value
    }
    func isByte(_ index: Int, _ characters: String) -> Bool {
      index < bytes.count && characters.utf8.contains(bytes[index])
    }
    guard let year = number(0..<4), isByte(4, "-"), let month = number(5..<7), isByte(7, "-"),
      let day = number(8..<10),
      isByte(10, "Tt "), let hour = number(11..<13), isByte(13, ":"), let minute = number(14..<16),
      isByte(16, ":"),
      let second = number(17..<19), year >= 1970, year < 2262, hour < 24, minute < 60, second < 60,
      let days = CivilDate.toDays(year: year, month: month, day: day)
    else { return nil }
    var index = 19
    var fraction: Int64 = 0
    if isByte(index, ".") {
      index += 1
      var scale: Int64 = 100_000_000
      let start = index
      while index < bytes.count, let digit = number(index..<index + 1) {
        fraction += digit * scale
        scale /= 10
        index += 1
      }
      guard index > start else { return nil }
    }
    var offset: Int64 = 0
    if isByte(index, "Zz") {
      index += 1
    } else if isByte(index, "+-"), let hours = number(index + 1..<index + 3), isByte(index + 3, ":"),
      let minutes = number(index + 4..<index + 6), hours < 24, minutes < 60
    {
      offset = (hours * 3600 + minutes * 60) * (isByte(index, "+") ? 1 : -1)
      index += 6
    } else {
      return nil
    }
    guard index == bytes.count else { return nil }
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    self.init(nanoseconds: seconds * 1_000_000_000 + fraction)
  }
}

private func padded(_ value: Int64, to width: Int) -> String {
  let digits = String(value)
  return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's "chrono-compatible low-level date
/// algorithms").
private enum CivilDate {
  static func fromDays(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted.flooredDivision(by: 146_097)
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let index = (5 * ofYear + 2) / 153
    let month = index < 10 ? index + 3 : index - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * index + 2) / 5 + 1)
  }

  static func toDays(year: Int64, month: Int64, day: Int64) -> Int64? {
    guard (1...12).contains(month), day >= 1 else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted.flooredDivision(by: 400)
    let yearOfEra = shifted - era * 400
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
    let back = fromDays(days)
    guard back.month == month, back.day == day else { return nil }
    return days
  }
}
