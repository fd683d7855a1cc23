import Glibc

/// Asks the kernel whether this process may change a folder, without trying.
enum FolderAccess {
  /// Whether names can be made and removed in the folder: rights, read-only file systems and attributes considered.
  static func isWritable(_ path: String) -> Bool { faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0 }
}
