/// A line that is not an event this program can read, or an event that cannot be written as a line.
public struct RunEventCodingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of misfit it is.
  public struct Code: Sendable, Hashable {
    private let name: String
    private init(_ name: String) { self.name = name }

    /// The line is not the envelope that `RunEventCodec` writes.
    public static let malformed = Code("malformed")
    /// The envelope is right, its event type is not known here.
    public static let unknownType = Code("unknownType")
    /// The event type is known, this version of it is not.
    public static let unknownVersion = Code("unknownVersion")
    /// The type and version are known, the data does not fit them.
    public static let badData = Code("badData")
    /// The bytes do not have the digest that the line itself states.
    public static let wrongDigest = Code("wrongDigest")
    /// The event holds a value that JSON cannot express.
    public static let unwritable = Code("unwritable")
  }

  /// What kind of misfit it is.
  public let code: Code
  /// What does not fit and where; without a line number, which only the reader of the file knows.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
