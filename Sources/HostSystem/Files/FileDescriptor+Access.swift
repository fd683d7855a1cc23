import Glibc

extension FileDescriptor {
  /// What a file is opened for, and how; close-on-exec is always added.
  public struct Access: OptionSet, Sendable {
    /// The flags of open(2).
    public let rawValue: Int32

    /// The flags of open(2) as they are.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// For reading: what an access without `writeOnly` or `readWrite` is for, too.
    public static let readOnly = Access(rawValue: O_RDONLY)
    /// For writing.
    public static let writeOnly = Access(rawValue: O_WRONLY)
    /// For reading and writing.
    public static let readWrite = Access(rawValue: O_RDWR)
    /// Makes the file when it is not there.
    public static let create = Access(rawValue: O_CREAT)
    /// With `create`: a name that is there already is an error (`isExisting`).
    public static let exclusive = Access(rawValue: O_EXCL)
    /// Whatever is written goes to the end.
    public static let append = Access(rawValue: O_APPEND)
    /// Forgets what is in the file.
    public static let truncate = Access(rawValue: O_TRUNC)
    /// A symbolic link in place of the file is an error (`isUnsafe`).
    public static let noFollow = Access(rawValue: O_NOFOLLOW)
    /// Anything but a directory is an error (`isNotDirectory`).
    public static let directory = Access(rawValue: O_DIRECTORY)
    /// Does not wait for the other end of a FIFO.
    public static let nonBlocking = Access(rawValue: O_NONBLOCK)
  }
}
