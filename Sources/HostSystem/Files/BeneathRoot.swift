import CSystemShims
import Glibc

/// A directory below which names are looked up without ever leaving it or following a symbolic link.
///
/// Paths are relative, as raw bytes without a zero. Uses openat2(2); where the kernel lacks it or a sandbox forbids
/// it, every component is opened with `O_NOFOLLOW` instead, with the same outcome.
public final class BeneathRoot: Sendable {
  /// The directory itself.
  public let descriptor: FileDescriptor
  /// Its path as shown to people.
  public let path: String
  private let walksComponents: Bool

  /// Takes ownership of an open directory; `walksComponents` forces the fallback.
  public init(_ descriptor: consuming FileDescriptor, path: String, walksComponents: Bool = false) {
    self.descriptor = descriptor
    self.path = path
    self.walksComponents = walksComponents
  }

  /// How `relative` is shown to people.
  public func shown(_ relative: some Collection<UInt8>) -> String {
    relative.elementsEqual([UInt8(ascii: ".")])
      ? path : path + "/" + String(decoding: relative, as: UTF8.self)
  }

  /// Opens a file or directory; `.` is the root itself, and a file that is made gets `mode`.
  public func open(
    _ relative: [UInt8], _ access: FileDescriptor.Access = .readOnly, mode: UInt32 = 0o600
  ) throws(FileError) -> FileDescriptor {
    try open(relative, access.rawValue, mode)
  }

  private func open(_ relative: [UInt8], _ flags: Int32, _ mode: UInt32) throws(FileError) -> FileDescriptor {
    guard !relative.isEmpty, !relative.contains(0), relative.first != UInt8(ascii: "/") else {
      throw FileError("open", shown(relative), number: EINVAL)
    }
    if !walksComponents {
      let number = Self.withCString(relative) { drplan_open_beneath(descriptor.number, $0, flags, mode) }
      if number >= 0 { return FileDescriptor(owning: number) }
      guard errno == ENOSYS || errno == EPERM else { throw .current("open", shown(relative)) }
    }
    return try openByComponent(relative, flags, mode)
  }

  private func openByComponent(
    _ relative: [UInt8], _ flags: Int32, _ mode: UInt32
  ) throws(FileError) -> FileDescriptor {
    let components = relative.split(separator: UInt8(ascii: "/"))
    // Close-on-exec, which dup(2) would not keep: a program started meanwhile must not hold the root open.
    var directory = fcntl(descriptor.number, F_DUPFD_CLOEXEC, 0)
    defer { _ = close(directory) }
    for (index, component) in components.enumerated() {
      let isLast = index == components.count - 1
      // `..` leaves the root, or cannot be told from leaving it.
      guard !component.elementsEqual("..".utf8) else {
        throw FileError("open", shown(relative), number: EXDEV)
      }
      let use = isLast ? flags | O_NOFOLLOW : drplan_o_path() | O_DIRECTORY | O_NOFOLLOW
      let number = Self.withCString(Array(component)) { openat(directory, $0, use | O_CLOEXEC, mode) }
      guard number >= 0 else {
        let number = errno
        // A link is "not a directory" to `O_DIRECTORY | O_NOFOLLOW`.
        throw FileError(
          "open", shown(relative),
          number: number == ENOTDIR && Self.isLink(component, directory) ? ELOOP : number)
      }
      if isLast { return FileDescriptor(owning: number) }
      _ = close(directory)
      directory = number
    }
    throw FileError("open", shown(relative), number: EINVAL)
  }

  private static func isLink(_ name: ArraySlice<UInt8>, _ directory: Int32) -> Bool {
    var raw = stat()
    return withCString(Array(name)) { fstatat(directory, $0, &raw, AT_SYMLINK_NOFOLLOW) } == 0
      && raw.st_mode & S_IFMT == S_IFLNK
  }

  /// The state of a name, itself not followed; its parents are not followed either.
  public func status(_ relative: [UInt8]) throws(FileError) -> FileStatus {
    try inParent(of: relative) { (parent, name) throws(FileError) in
      var raw = stat()
      guard fstatat(parent, name, &raw, AT_SYMLINK_NOFOLLOW) == 0 else {
        throw .current("stat", shown(relative))
      }
      return FileStatus(raw)
    }
  }

  /// Where a symbolic link points.
  public func linkTarget(_ relative: [UInt8]) throws(FileError) -> [UInt8] {
    try inParent(of: relative) { (parent, name) throws(FileError) in
      try DirectoryReader.linkTarget(parent, name, shown: shown(relative))
    }
  }

  /// Creates a directory with mode 0700; an existing name is an error.
  public func makeDirectory(_ relative: [UInt8]) throws(FileError) {
    try inParent(of: relative) { (parent, name) throws(FileError) in
      guard mkdirat(parent, name, 0o700) == 0 else { throw .current("make directory", shown(relative)) }
    }
  }

  /// Creates a symbolic link and sets its owner, if asked to, and its time of modification.
  public func makeLink(
    _ relative: [UInt8], to target: [UInt8], owner: (user: UInt32, group: UInt32)?, modified: Int64
  ) throws(FileError) {
    try inParent(of: relative) { (parent, name) throws(FileError) in
      guard Self.withCString(target, { symlinkat($0, parent, name) }) == 0 else {
        throw .current("make symbolic link", shown(relative))
      }
      if let owner, fchownat(parent, name, owner.user, owner.group, AT_SYMLINK_NOFOLLOW) != 0 {
        throw .current("set the owner of", shown(relative))
      }
      let times = FileTimes.both(modified)
      guard utimensat(parent, name, [times.0, times.1], AT_SYMLINK_NOFOLLOW) == 0 else {
        throw .current("set the time of", shown(relative))
      }
    }
  }

  /// Gives the regular file `existing` a second name.
  public func makeHardLink(_ relative: [UInt8], to existing: [UInt8]) throws(FileError) {
    try inParent(of: existing) { (source, sourceName) throws(FileError) in
      var raw = stat()
      guard fstatat(source, sourceName, &raw, AT_SYMLINK_NOFOLLOW) == 0 else {
        throw .current("stat", shown(existing))
      }
      guard raw.st_mode & S_IFMT == S_IFREG else {
        throw FileError("link to", shown(existing), detail: "it is not a regular file")
      }
      try inParent(of: relative) { (parent, name) throws(FileError) in
        guard linkat(source, sourceName, parent, name, 0) == 0 else {
          throw .current("make hard link", shown(relative))
        }
      }
    }
  }

  private func inParent<Result>(
    of relative: [UInt8], _ body: (Int32, UnsafePointer<CChar>) throws(FileError) -> Result
  ) throws(FileError) -> Result {
    guard let slash = relative.lastIndex(of: UInt8(ascii: "/")) else {
      return try Self.withName(relative, shown(relative)) { (name) throws(FileError) in
        try body(descriptor.number, name)
      }
    }
    let parent = try open(Array(relative[..<slash]), drplan_o_path() | O_DIRECTORY, 0)
    return try Self.withName(Array(relative[(slash + 1)...]), shown(relative)) { (name) throws(FileError) in
      try body(parent.number, name)
    }
  }

  /// One component only: `..`, an empty name and a zero byte are refused here, where no openat2 guards.
  private static func withName<Result>(
    _ name: [UInt8], _ shown: String, _ body: (UnsafePointer<CChar>) throws(FileError) -> Result
  ) throws(FileError) -> Result {
    guard !name.isEmpty, !name.contains(0), !name.elementsEqual("..".utf8) else {
      throw FileError("use", shown, number: EINVAL)
    }
    var result: Swift.Result<Result, FileError>?
    withCString(name) { pointer in
      result = Swift.Result { () throws(FileError) in try body(pointer) }
    }
    guard let result else { throw FileError("use", shown, number: EINVAL) }
    return try result.get()
  }

  @discardableResult
  static func withCString<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
      for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
      buffer[bytes.count] = 0
      guard let base = buffer.baseAddress else {
        preconditionFailure("a buffer of at least one byte has a base")
      }
      return body(base)
    }
  }
}
