import Glibc

/// Asks the kernel what this process may do at a path, without trying: rights, read-only file systems and attributes
/// are considered, links followed.
public enum PathAccess {
  /// Whether names can be made and removed in the folder.
  public static func isWritableFolder(_ path: String) -> Bool {
    HostPath.isDirectory(path) && allows(W_OK | X_OK, path)
  }

  /// Whether the names in the folder and what they stand for can be read.
  public static func isReadableFolder(_ path: String) -> Bool {
    HostPath.isDirectory(path) && allows(R_OK | X_OK, path)
  }

  /// Whether there is anything that this process may look at.
  public static func exists(_ path: String) -> Bool { allows(F_OK, path) }

  /// The number of the device that a device file stands for, links followed; nil for anything else.
  public static func deviceNumber(_ path: String) -> UInt64? {
    var raw = stat()
    guard stat(path, &raw) == 0, raw.st_mode & S_IFMT == S_IFBLK else { return nil }
    return UInt64(raw.st_rdev)
  }

  /// Whether an existing file can be written to.
  public static func isWritable(_ path: String) -> Bool { allows(W_OK, path) }

  /// Whether `path` is a file that can be executed.
  static func isExecutable(_ path: String) -> Bool { allows(X_OK, path) }

  private static func allows(_ mode: Int32, _ path: String) -> Bool {
    faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0
  }
}
