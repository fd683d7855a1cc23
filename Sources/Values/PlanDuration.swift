extension Duration {
  /// Reads `90s`, `15m`, `1h30m`, `250ms`, `7d`: units from large to small, each at most once, never a bare
  /// number; nil for anything else.
  public init?(planText text: String) {
    var total: Int64 = 0
    var smallest = Int.max
    var digits: Int64?
    var unit = ""
    func close() -> Bool {
      guard let count = digits, let index = Self.planUnits.firstIndex(where: { $0.name == unit }),
        Self.planUnits.count - index < smallest
      else { return false }
      smallest = Self.planUnits.count - index
      let (product, overflowed) = count.multipliedReportingOverflow(by: Self.planUnits[index].nanoseconds)
      let (sum, alsoOverflowed) = total.addingReportingOverflow(product)
      total = sum
      return !overflowed && !alsoOverflowed
    }
    for byte in text.utf8 {
      if (48...57).contains(byte) {
        if !unit.isEmpty {
          guard close() else { return nil }
          digits = nil
          unit = ""
        }
        guard (digits ?? 0) < 1_000_000_000 else { return nil }
        digits = (digits ?? 0) * 10 + Int64(byte - 48)
      } else {
        unit.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    guard close() else { return nil }
    self = .nanoseconds(total)
  }

  /// As a plan writes it: `1h30m`, `90s` becomes `1m30s`; zero is `0s`.
  public var planText: String {
    var rest = max(0, nanoseconds)
    var text = ""
    for (name, size) in Self.planUnits where rest >= size {
      text += "\(rest / size)\(name)"
      rest %= size
    }
    return text.isEmpty ? "0s" : text
  }

  /// For people, to about three digits: `0.42 s`, `12.4 s`, `3 m 05 s`, `1 h 02 m`.
  public var readable: String {
    if nanoseconds < 0 { return "-" + Duration.nanoseconds(-max(nanoseconds, -Int64.max)).readable }
    let nanoseconds = min(nanoseconds, Int64.max - 500_000_000)
    let tenths = (nanoseconds + 50_000_000) / 100_000_000
    if nanoseconds < 1_000_000_000 {
      let hundredths = (nanoseconds + 5_000_000) / 10_000_000
      return hundredths == 100 ? "1.0 s" : "0.\(hundredths < 10 ? "0" : "")\(hundredths) s"
    }
    if tenths < 600 { return "\(tenths / 10).\(tenths % 10) s" }
    let seconds = (nanoseconds + 500_000_000) / 1_000_000_000
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    if seconds < 3600 { return "\(seconds / 60) m \(two(seconds % 60)) s" }
    if seconds < 86_400 { return "\(seconds / 3600) h \(two(seconds / 60 % 60)) m" }
    return "\(seconds / 86_400) d \(two(seconds / 3600 % 24)) h"
  }

  /// Whole nanoseconds; beyond the 292 years that fit, the most or least that does: sums of timeouts of a hostile plan
  /// get there.
  public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, alsoOverflowed) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    if overflowed || alsoOverflowed { return seconds < 0 ? .min : .max }
    return sum
  }

  /// As fractional seconds, rounded to the millisecond: for records that machines read.
  public var roundedSeconds: Double {
    Double((min(nanoseconds, .max - 500_000) + 500_000) / 1_000_000) / 1000
  }

  private static let planUnits: [(name: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
    ("ms", 1_000_000),
  ]
}
