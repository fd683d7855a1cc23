import BackendKit
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
          try FileDescriptor.open(path + ".lock", [.readWrite, .create, .exclusive, .noFollow]),
          path: path + ".lock")
        // A cleaner may have come between creating and locking; then the name is gone, or about to go.
        guard try lock.descriptor.tryLock(path: lock.path),
          try lock.descriptor.status(path: lock.path).names > 0
        else { continue }
        try FileTree.makeDirectory(path)
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
    try? SmallFile.remove(lock.path)
  }

  /// Removes the workspaces of backups that died.
  ///
  /// What cannot be removed is left for the next time.
  static func removeLeftovers(_ layout: RepositoryLayout) {
    // Losses here and below are for the next time, as said above.
    guard let directory = try? FileDescriptor.directory(layout.temporary),
      let names = try? DirectoryReader.names(in: directory, path: layout.temporary)
    else { return }
    for name in Set(names.map { String(decoding: $0.prefix(16), as: UTF8.self) }) {
      let path = "\(layout.temporary)/\(name)"
      // Without its lock a workspace cannot be told from one in use.
      guard let lock = try? FileDescriptor.open(path + ".lock", [.readWrite, .noFollow]) else {
        if !PathAccess.exists(path + ".lock") { try? FileTree.remove(path) }
        continue
      }
      // What cannot be locked is in use; what cannot be removed costs space only.
      guard (try? lock.tryLock(path: path)) == true else { continue }
      try? FileTree.remove(path)
      try? SmallFile.remove(path + ".lock")
    }
  }
}
