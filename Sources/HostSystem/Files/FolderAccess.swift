import Glibc

/// Asks the kernel what this process may do with a folder, without trying.
public enum FolderAccess {
  /// Whether names can be made and removed in the folder: rights, read-only file systems and attributes considered.
  public static func isWritable(_ path: String) -> Bool {
    faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0
  }
}
