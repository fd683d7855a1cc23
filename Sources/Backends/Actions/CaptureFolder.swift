import BackendKit
import HostSystem
import Values

/// A folder for the copy that an engine makes of a database, removed when the snapshot has been taken.
///
/// It is locked by flock(2) as long as it is used: one that nobody holds belongs to a process that died, and is removed
/// before the next copy is made, because it may be as large as the database.
final class CaptureFolder: Sendable {
  /// The folder.
  let path: String
  private let lock: SharedFile
  private static let prefix = "capture-"

  /// Makes a folder in `scratch`, which is made if missing, and removes what the dead left there.
  init(in scratch: String) throws(FileError) {
    try FileTree.makeDirectories(scratch)
    Self.removeLeftovers(in: scratch)
    while true {
      let path = "\(scratch)/\(Self.prefix)\(RandomBytes.hex(8))"
      // For its owner alone: what is copied into it may be secret.
      try FileTree.makeDirectory(path)
      if let lock = try Self.lock(path) {
        self.path = path
        self.lock = lock
        return
      }
    }
  }

  /// Removes the folder with all in it.
  func remove() throws(FileError) { try FileTree.remove(path) }

  /// Nil when a cleaner came between making and locking: then the folder is gone, or about to go.
  private static func lock(_ path: String) throws(FileError) -> SharedFile? {
    do throws(FileError) {
      let lock = SharedFile(try FileDescriptor.directory(path, following: false), path: path)
      guard try lock.descriptor.tryLock(path: path), let found = try HostPath.status(path),
        try lock.descriptor.status(path: path).isSameFile(as: found)
      else { return nil }
      return lock
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  private static func removeLeftovers(in scratch: String) {
    // A leftover that cannot be looked at or removed now costs space, and is met again by the next backup.
    for name in (try? HostPath.names(in: scratch)) ?? [] where name.hasPrefix(prefix) {
      let path = "\(scratch)/\(name)"
      guard let folder = try? FileDescriptor.directory(path, following: false),
        (try? folder.tryLock(path: path)) == true
      else { continue }
      try? FileTree.remove(path)
    }
  }
}
