import Glibc

/// What is left on a file system for the caller.
public struct FileSystemSpace: Sendable, Equatable {
  /// Bytes that the caller may still write.
  public let freeBytes: Int64
  /// Files that may still be created; nil when the file system does not count them.
  public let freeFiles: Int64?

  /// Measures the file system that holds `path`.
  public static func at(_ path: String) throws(FileError) -> FileSystemSpace {
    var raw = statvfs()
    while statvfs(path, &raw) != 0 {
      if errno != EINTR { throw .current("measure the space at", path) }
    }
    let (bytes, overflow) = Int64(clamping: raw.f_bavail).multipliedReportingOverflow(by: Int64(raw.f_frsize))
    return FileSystemSpace(
      freeBytes: overflow ? .max : bytes, freeFiles: raw.f_files == 0 ? nil : Int64(clamping: raw.f_favail))
  }
}
