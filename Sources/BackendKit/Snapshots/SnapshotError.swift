/// Why a snapshot could not be taken, read, restored or compared.
public struct SnapshotError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of failure; more may be added.
  public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The stable name.
    public let rawValue: String
    /// A code of this name.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// For people.
    public var description: String { rawValue }
    /// There is no repository at the place.
    public static let repositoryMissing = Code(rawValue: "repositoryMissing")
    /// The repository is of a form this program does not know.
    public static let unsupported = Code(rawValue: "unsupported")
    /// There is no such snapshot.
    public static let snapshotMissing = Code(rawValue: "snapshotMissing")
    /// Stored bytes are not what was written.
    public static let damaged = Code(rawValue: "damaged")
    /// A name in the snapshot would leave the place restored to.
    public static let unsafePath = Code(rawValue: "unsafePath")
    /// No space is left.
    public static let noSpace = Code(rawValue: "noSpace")
    /// The source is not there, or not a directory or regular file.
    public static let sourceUnusable = Code(rawValue: "sourceUnusable")
    /// A file changed while it was read, twice.
    public static let sourceChanged = Code(rawValue: "sourceChanged")
    /// The place restored to exists already.
    public static let targetExists = Code(rawValue: "targetExists")
    /// The system refused to read or write.
    public static let io = Code(rawValue: "io")
    /// The task was cancelled.
    public static let cancelled = Code(rawValue: "cancelled")
  }

  /// What kind of failure.
  public let code: Code
  /// What happened and where, naming file and block.
  public let message: String
  /// What to do about it, if anything is known to help.
  public let remedy: String?

  /// An error with these values.
  public init(_ code: Code, _ message: String, remedy: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }

  /// For people.
  public var description: String { remedy.map { "\(message); \($0)" } ?? message }
}
