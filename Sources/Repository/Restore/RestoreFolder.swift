import BackendKit
import HostSystem
import Values

/// The folder that a restore fills, beside the target and under a name of its own: the target's name means that a
/// restore is complete.
///
/// It is locked by flock(2) as long as it is filled. One whose lock can be taken belongs to a process that died.
final class RestoreFolder: Sendable {
  /// Where files are written.
  let path: String
  /// Folders for the same target that restores left behind when they died.
  let leftovers: [String]
  private let target: String
  private let lock: SharedFile

  /// Makes the folder for `target`, which must not exist.
  init(for target: String) throws(SnapshotError) {
    self.target = target
    let parent = PathText.parent(of: target)
    // A name may have 255 bytes.
    let prefix = ".\(String(decoding: PathText.name(of: target).utf8.prefix(200), as: UTF8.self)).partial-"
    path = "\(parent == "/" ? "" : parent)/\(prefix)\(RandomBytes.hex(8))"
    do throws(FileError) {
      guard try HostPath.status(target) == nil else { throw FileError.existing(target) }
      leftovers = Self.leftovers(in: parent, prefix)
      try FileTree.makeDirectory(path)
      lock = SharedFile(try FileDescriptor.directory(path, following: false), path: path)
      // Another restore that looks for leftovers may hold it for a moment.
      try lock.descriptor.lock(path: path)
    } catch {
      throw Self.failure(error, target)
    }
  }

  /// Gives the folder, complete and durable, the name of the target.
  func publish() throws(SnapshotError) {
    do throws(FileError) {
      try AtomicRename.moveWithoutReplacing(path, to: target)
    } catch { throw Self.failure(error, target) }
    do throws(FileError) { try DurableFile.syncDirectory(ofFile: target) } catch {
      throw Self.remove(target, after: Self.failure(error, target))
    }
  }

  /// Removes the folder with all in it; the error to report.
  func discard(after error: SnapshotError) -> SnapshotError { Self.remove(path, after: error) }

  private static func remove(_ path: String, after error: SnapshotError) -> SnapshotError {
    do {
      try FileTree.remove(path)
      return error
    } catch let second {
      return SnapshotError(
        error.code, "\(error.message); what was written so far is left, because of another error: \(second)",
        remedy: "remove `\(path)`")
    }
  }

  private static func leftovers(in parent: String, _ prefix: String) -> [String] {
    // A hint for people: whoever may not read the parent may still make a folder in it, and one that cannot be opened
    // or locked is not known to be dead.
    let names = (try? HostPath.names(in: parent)) ?? []
    return names.filter { $0.hasPrefix(prefix) }.map { "\(parent == "/" ? "" : parent)/\($0)" }
      .filter { (try? FileDescriptor.directory($0, following: false).tryLock(path: $0)) == true }
  }

  private static func failure(_ error: FileError, _ target: String) -> SnapshotError {
    guard error.isExisting else { return SnapshotError(error, doing: "cannot restore") }
    return SnapshotError(
      .targetExists, "`\(target)` exists already", remedy: "a restore only ever makes a new directory")
  }
}
