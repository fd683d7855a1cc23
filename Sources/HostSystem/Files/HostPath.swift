import CSystemShims
import Glibc
import Values

/// Looks at names: what stands at a path, and where it is.
public enum HostPath {
  /// The state of what stands at `path`, a symbolic link itself unless `followingLink`; nil when nothing does.
  public static func status(_ path: String, followingLink: Bool = false) throws(FileError) -> FileStatus? {
    var raw = stat()
    if fstatat(AT_FDCWD, path, &raw, followingLink ? 0 : AT_SYMLINK_NOFOLLOW) == 0 { return FileStatus(raw) }
    if errno == ENOENT { return nil }
    throw .current("stat", path)
  }

  /// When what stands at `path`, a symbolic link itself, was made, in nanoseconds since 1970; nil when its file system does
  /// not tell.
  ///
  /// Stays the same under every name that it gets, and is that of no other file which later has its inode's number.
  public static func birth(_ path: String) -> Int64? {
    let time = drplan_birth_time(path)
    return time < 0 ? nil : time
  }

  /// Whether there is a folder at `path`, or a link that leads to one.
  public static func isDirectory(_ path: String) -> Bool {
    // What cannot be looked at is no folder to anybody who asks.
    (try? status(path, followingLink: true))?.kind == .directory
  }

  /// Where a symbolic link points, as written in it.
  public static func linkTarget(_ path: String) throws(FileError) -> String {
    let target = try DirectoryReader.linkTarget(AT_FDCWD, path, shown: path)
    guard let text = String(validating: target, as: UTF8.self) else {
      throw FileError("follow", path, detail: "it points to a name that is not UTF-8")
    }
    return text
  }

  /// The path of an existing folder without symbolic links in it.
  public static func physical(_ folder: String) throws(FileError) -> String {
    let descriptor = try FileDescriptor.directory(folder)
    let target = try DirectoryReader.linkTarget(
      AT_FDCWD, "/proc/self/fd/\(descriptor.number)", shown: folder)
    guard let text = String(validating: target, as: UTF8.self) else {
      throw FileError("use", folder, detail: "its real name is not UTF-8")
    }
    return text
  }

  /// The nearest name at or above `path` that exists.
  public static func nearestExisting(_ path: String) throws(FileError) -> String {
    var current = path
    while PathText.parent(of: current) != current, try status(current) == nil {
      current = PathText.parent(of: current)
    }
    return current
  }

  /// The names in a folder, in the order of their bytes; those that are not UTF-8 are left out.
  public static func names(in folder: String) throws(FileError) -> [String] {
    try DirectoryReader.names(in: FileDescriptor.directory(folder), path: folder)
      .compactMap { String(validating: $0, as: UTF8.self) }
  }
}
