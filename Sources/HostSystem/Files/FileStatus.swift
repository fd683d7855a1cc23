public import Glibc

/// What stat(2) says of a file.
public struct FileStatus: Sendable, Equatable {
  /// What kind of thing a name stands for.
  public enum Kind: Sendable, Equatable {
    /// A regular file.
    case file
    /// A directory.
    case directory
    /// A symbolic link.
    case link
    /// A socket, FIFO or device; the text names which.
    case special(String)
  }

  /// What it is.
  public var kind: Kind
  /// Permission bits with setuid, setgid and sticky: `0o7777`.
  public var mode: UInt32
  /// The owner.
  public var user: UInt32
  /// The group.
  public var group: UInt32
  /// Bytes of content.
  public var size: Int64
  /// When the content changed last, in nanoseconds since 1970.
  public var modified: Int64
  /// When content or metadata changed last, in nanoseconds since 1970.
  public var changed: Int64
  /// The device that holds the file; with `inode` its identity.
  public var device: UInt64
  /// The number of the file on its device.
  public var inode: UInt64
  /// How many names the file has.
  public var names: UInt64
  /// Bytes taken on the device.
  public var allocated: Int64

  /// Reads the C structure.
  public init(_ raw: stat) {
    kind =
      switch raw.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .link
      case S_IFSOCK: .special("socket")
      case S_IFIFO: .special("fifo")
      case S_IFCHR: .special("character device")
      case S_IFBLK: .special("block device")
      default: .special("special file")
      }
    mode = raw.st_mode & 0o7777
    user = raw.st_uid
    group = raw.st_gid
    size = Int64(raw.st_size)
    modified = Self.nanoseconds(raw.st_mtim)
    changed = Self.nanoseconds(raw.st_ctim)
    device = UInt64(raw.st_dev)
    inode = UInt64(raw.st_ino)
    names = UInt64(raw.st_nlink)
    allocated = Int64(raw.st_blocks) * 512
  }

  /// Whether both are states of the same file, whatever its name.
  public func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }

  /// Whether both are the same file in the same state: device, inode, size and both times.
  public func isUnchanged(from earlier: FileStatus) -> Bool {
    isSameFile(as: earlier) && size == earlier.size && modified == earlier.modified
      && changed == earlier.changed
  }

  /// Clamped to what 64 bits hold, 1677 to 2262.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    let (product, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return time.tv_sec < 0 ? .min : .max }
    let (sum, carry) = product.addingReportingOverflow(Int64(time.tv_nsec))
    return carry ? .max : sum
  }
}
