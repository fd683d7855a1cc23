import BackendKit
import Glibc
import HostSystem

/// A directory below `tmp/` for the files of one backup, removed with all that is left in it when the backup ends.
///
/// Its owner holds the lock of the file `<name>.lock` beside it, which exists before the directory and goes after it:
/// a workspace whose lock can be taken, or is missing, belongs to a backup that died.
final class Workspace: Sendable {
  /// The directory.
  let path: String
  private let lock: SharedFile

  init(_ layout: RepositoryLayout) throws(SnapshotError) {
    do throws(FileError) {
      while true {
        let path = "\(layout.temporary)/\(RandomBytes.hex(16))"
        let lock = SharedFile(
          try FileDescriptor.open(path + ".lock", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW),
          path: path + ".lock")
        // A cleaner may have come between creating and locking; then the name is gone, or about to go.
        guard try lock.descriptor.tryLock(path: lock.path),
          try lock.descriptor.status(path: lock.path).names > 0
        else { continue }
        guard mkdir(path, 0o700) == 0 else { throw FileError("make directory", path, number: errno) }
        self.path = path
        self.lock = lock
        return
      }
    } catch {
      throw SnapshotError(error, doing: "cannot use the repository", fileSystemOf: layout.root, needed: 0)
    }
  }

  deinit {
    // What cannot be removed now is removed by the next backup: it costs space, never correctness.
    try? FileTree.remove(path)
    _ = unlink(lock.path)
  }

  /// Removes the workspaces of backups that died.
  ///
  /// What cannot be removed is left for the next time.
  static func removeLeftovers(_ layout: RepositoryLayout) {
    guard let directory = try? FileDescriptor.directory(layout.temporary),
      let names = try? DirectoryReader.names(in: directory, path: layout.temporary)
    else { return }
    for name in Set(names.map { String(decoding: $0.prefix(16), as: UTF8.self) }) {
      let path = "\(layout.temporary)/\(name)"
      guard let lock = try? FileDescriptor.open(path + ".lock", O_RDWR | O_NOFOLLOW) else {
        if access(path + ".lock", F_OK) != 0 { try? FileTree.remove(path) }
        continue
      }
      guard (try? lock.tryLock(path: path)) == true else { continue }
      try? FileTree.remove(path)
      _ = unlink(path + ".lock")
    }
  }
}
