/// The name of one thing in a plan: kebab-case text whose `Kind` keeps a step's name from being used as a
/// database's.
///
/// Lower-case letters, digits and single hyphens, beginning with a letter, at most 63 characters: safe in file
/// names, command lines and host names without quoting.
public struct Identifier<Kind>: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The text as written in the plan.
  public let text: String

  /// Nil unless `text` is a well-formed name.
  public init?(_ text: String) {
    guard Self.isWellFormed(text.utf8) else { return nil }
    self.text = text
  }

  /// For people.
  public var description: String { text }

  /// In the order of the text's bytes.
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }

  private static func isWellFormed(_ bytes: String.UTF8View) -> Bool {
    guard (1...63).contains(bytes.count) else { return false }
    var previous = UInt8(ascii: "-")
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): break
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if previous == UInt8(ascii: "-"), byte == bytes.first { return false }
      case UInt8(ascii: "-"): if previous == UInt8(ascii: "-") { return false }
      default: return false
      }
      previous = byte
    }
    return previous != UInt8(ascii: "-")
  }
}

extension Identifier: Codable {
  /// Reads a bare string; a malformed name is a decoding error.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is not a kebab-case name"))
    }
    self = value
  }

  /// Writes a bare string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// What a `PlanName` names.
public enum PlanKind {}
/// What a `StepID` names.
public enum StepKind {}
/// What a `DatabaseID` names.
public enum DatabaseKind {}
/// What a `ServiceID` names.
public enum ServiceKind {}
/// What a `ChannelID` names.
public enum ChannelKind {}

/// The name of a plan.
public typealias PlanName = Identifier<PlanKind>
/// The name of a step, unique in its plan.
public typealias StepID = Identifier<StepKind>
/// The name of a database, unique in its plan; also the series under which its snapshots are kept.
public typealias DatabaseID = Identifier<DatabaseKind>
/// The name of a service, unique in its plan.
public typealias ServiceID = Identifier<ServiceKind>
/// The name of a channel, unique in its plan.
public typealias ChannelID = Identifier<ChannelKind>
