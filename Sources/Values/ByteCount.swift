/// A number of bytes.
public struct ByteCount: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// The number itself.
  public var bytes: Int64

  /// The given number of bytes.
  public init(_ bytes: Int64) { self.bytes = bytes }
  /// The given number of bytes.
  public init(_ bytes: Int) { self.bytes = Int64(bytes) }

  /// No bytes at all.
  public static let zero = ByteCount(0 as Int64)

  /// Reads `512B`, `64KiB`, `1.5GiB`, `10MB`; nil for a bare number or an unknown unit.
  public init?(planText text: String) {
    guard let start = text.firstIndex(where: { !$0.isNumber && $0 != "." }),
      let number = Double(text[..<start]), number >= 0,
      let unit = Self.units.first(where: { $0.name == text[start...] })
    else { return nil }
    let value = number * Double(unit.size)
    guard value < 9e18 else { return nil }
    self.init(Int64(value))
  }

  /// For people, with a binary unit and one decimal: `1.4 GiB`.
  public var description: String {
    // A size that rounds up to 1024 of a unit is shown as one of the next.
    for (name, size) in Self.units[1...4].reversed() where bytes >= size - size / 2048 {
      let tenths = bytes / size * 10 + (bytes % size * 10 + size / 2) / size
      return "\(tenths / 10).\(tenths % 10) \(name)"
    }
    return "\(bytes) B"
  }

  /// In ascending order.
  public static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }
  /// The sum.
  public static func + (left: Self, right: Self) -> Self { Self(left.bytes + right.bytes) }
  /// Adds in place.
  public static func += (left: inout Self, right: Self) { left = left + right }

  /// Reads a bare number.
  public init(from decoder: any Decoder) throws {
    bytes = try decoder.singleValueContainer().decode(Int64.self)
  }

  /// Writes a bare number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(bytes)
  }

  private static let units: [(name: String, size: Int64)] = [
    ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
  ]
}
