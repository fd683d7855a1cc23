/// Which state of a database is asked for.
public enum RecoveryPoint: Sendable, Hashable, CustomStringConvertible {
  /// The newest snapshot there is.
  case latest
  /// The newest snapshot that was complete at this instant: nothing in it is younger.
  case at(Timestamp)
  /// Exactly this snapshot.
  case snapshot(SnapshotID)

  /// Reads `Latest`, an RFC 3339 instant or a snapshot id; nil for anything else.
  public init?(planText text: String) {
    if text == "Latest" {
      self = .latest
    } else if let instant = Timestamp(rfc3339: text) {
      self = .at(instant)
    } else if let id = SnapshotID(text) {
      self = .snapshot(id)
    } else {
      return nil
    }
  }

  /// For people.
  public var description: String {
    switch self {
    case .latest: "Latest"
    case .at(let instant): instant.rfc3339Exact
    case .snapshot(let id): id.text
    }
  }
}

/// The id of one snapshot: `20261120T031502Z-a1b2c3d4`, the compact start time and eight random hexadecimal digits,
/// so that ids sort by time.
public struct SnapshotID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// The id as text.
  public let text: String

  /// Nil unless well-formed.
  public init?(_ text: String) {
    guard TimedName.isWellFormed(text, suffix: 8) else { return nil }
    self.text = text
  }

  /// An id for a snapshot started now; `entropy` makes it unique within the second.
  public init(startedAt: Timestamp, entropy: UInt32) {
    text = "\(startedAt.compact)-\(TimedName.hex(entropy, digits: 8))"
  }

  /// For people.
  public var description: String { text }
  /// In ascending order.
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }

  /// Reads bare text.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = SnapshotID(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is not a snapshot id"))
    }
    self = value
  }

  /// Writes bare text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// The id of one run: `20261120T031502Z-orders-7f3a`.
public struct RunID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// The id as text; safe as a file name.
  public let text: String

  /// Nil unless it is a safe file name of the shape time, plan, four hexadecimal digits.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 3, let first = parts.first, let last = parts.last,
      TimedName.isWellFormed("\(first)-\(last)", suffix: 4),
      PlanName(parts.dropFirst().dropLast().joined(separator: "-")) != nil
    else { return nil }
    self.text = text
  }

  /// An id for a run of `plan` begun at `start`.
  public init(startedAt start: Timestamp, plan: PlanName, entropy: UInt32) {
    text = "\(start.compact)-\(plan)-\(TimedName.hex(entropy & 0xffff, digits: 4))"
  }

  /// For people.
  public var description: String { text }
  /// In ascending order.
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }

  /// Reads bare text.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = RunID(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is not a run id"))
    }
    self = value
  }

  /// Writes bare text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

private enum TimedName {
  static func hex(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// `20261120T031502Z-` and `suffix` lower-case hexadecimal digits.
  static func isWellFormed(_ text: String, suffix: Int) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 17 + suffix else { return false }
    for (index, byte) in bytes.enumerated() {
      let fits =
        switch index {
        case 8: byte == UInt8(ascii: "T")
        case 15: byte == UInt8(ascii: "Z")
        case 16: byte == UInt8(ascii: "-")
        case ..<16: (48...57).contains(byte)
        default: (48...57).contains(byte) || (97...102).contains(byte)
        }
      guard fits else { return false }
    }
    return true
  }
}
