import HostSystem

/// A journal or a run's directory that cannot be made, found or opened.
public struct JournalError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of failure it is.
  public struct Code: Sendable, Hashable {
    private let name: String
    private init(_ name: String) { self.name = name }

    /// No run fits the name that was given.
    public static let notFound = Code("notFound")
    /// Several runs fit the name that was given.
    public static let ambiguous = Code("ambiguous")
    /// The run's directory is there already.
    public static let exists = Code("exists")
    /// A file or directory could not be made or read.
    public static let file = Code("file")
    /// There is no directory to keep state in.
    public static let noState = Code("noState")
  }

  /// What kind of failure it is.
  public let code: Code
  /// What happened, where, and what to do.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  init(_ error: FileError) {
    self.init(error.isExisting ? .exists : .file, error.description)
  }
}
