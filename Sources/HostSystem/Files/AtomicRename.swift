import CSystemShims
import Glibc

/// Renames that either happen wholly or not at all.
public enum AtomicRename {
  /// Moves `from` to `to`; an existing `to` is an error (`isExisting`) and stays as it is.
  ///
  /// Without renameat2(2) (old kernels and some network file systems: `EINVAL`, `ENOSYS`) a regular file is hard
  /// linked to the new name and the old name removed; for a directory the new name is made as an empty directory and
  /// replaced. Both refuse an existing name just as well.
  public static func moveWithoutReplacing(_ from: String, to: String) throws(FileError) {
    if drplan_rename_noreplace(AT_FDCWD, from, AT_FDCWD, to) == 0 { return }
    guard errno == EINVAL || errno == ENOSYS else { throw .current("rename to", to) }
    try moveInTwoSteps(from, to: to)
  }

  /// What `moveWithoutReplacing` does where renameat2(2) cannot.
  static func moveInTwoSteps(_ from: String, to: String) throws(FileError) {
    if try HostPath.status(from)?.kind == .directory {
      guard mkdir(to, 0o700) == 0 else { throw .current("make", to) }
      guard rename(from, to) == 0 else {
        let error = FileError.current("rename to", to)
        _ = rmdir(to)
        throw error
      }
      return
    }
    guard link(from, to) == 0 else { throw .current("link to", to) }
    guard unlink(from) == 0 else { throw .current("remove", from) }
  }

  /// Moves `from` to `to`, replacing a file there.
  public static func replace(_ to: String, with from: String) throws(FileError) {
    guard rename(from, to) == 0 else { throw .current("rename to", to) }
  }

  /// Swaps two existing names in one step; both may be directories.
  ///
  /// There is no fallback: where the file system cannot do it this is an error, and the caller must decide
  /// whether two renames with a moment between them are good enough.
  public static func exchange(_ first: String, _ second: String) throws(FileError) {
    guard drplan_rename_exchange(AT_FDCWD, first, AT_FDCWD, second) == 0 else {
      throw .current("exchange with", second)
    }
  }
}
