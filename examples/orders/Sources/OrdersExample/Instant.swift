import Glibc

/// A moment in UTC, to the millisecond.
struct Instant: CustomStringConvertible {
  let milliseconds: Int64

  init(seconds: Int64) { milliseconds = seconds * 1000 }

  /// The present moment by the wall clock.
  static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  private init(milliseconds: Int64) { self.milliseconds = milliseconds }

  var seconds: Int64 { milliseconds / 1000 }

  /// RFC 3339: `2025-03-01T08:15:00Z`, with milliseconds where there are any.
  var description: String {
    let date = Self.civil(day: seconds / 86_400)
    let second = seconds % 86_400
    let fraction = milliseconds % 1000
    let tail = fraction == 0 ? "Z" : ".\(fraction < 100 ? "0" : "")\(fraction < 10 ? "0" : "")\(fraction)Z"
    return "\(date.year)-\(two(date.month))-\(two(date.day))T\(two(second / 3600)):\(two(second / 60 % 60))"
      + ":\(two(second % 60))\(tail)"
  }

  /// The year and month as a folder path: `2025/03`.
  var monthPath: String {
    let date = Self.civil(day: seconds / 86_400)
    return "\(date.year)/\(two(date.month))"
  }

  private func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// The Gregorian date of a day counted from 1970-01-01: years begin in March, so that the leap day is the
  /// last.
  private static func civil(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}
