import BackendKit
import Declarations
import HostSystem
import Values

/// The hidden folder beside a target in which one run stages what it restores: `.orders.db.drplan-<run>`.
///
/// It holds `data`, which the repository fills, and during the swap the intent. While a run works in it, it holds the
/// folder's lock; a folder without a locked lock was left by a run that ended.
struct StagingArea: Sendable {
  /// The folder's path.
  let folder: String

  /// The area of `run` for data at `path`.
  init(for path: String, run: RunID) {
    folder =
      PathText.parent(of: path) + (PathText.parent(of: path) == "/" ? "" : "/")
      + Self.prefix(of: PathText.name(of: path)) + run.text
  }

  private init(folder: String) { self.folder = folder }

  /// The area that a path within it belongs to; nil for a path in none.
  init?(containing path: String, target: String) {
    let prefix = Self.prefix(of: PathText.name(of: target))
    var current = path
    while current != "/", !current.isEmpty {
      let name = PathText.name(of: current)
      if name.hasPrefix(prefix), RunID(String(name.dropFirst(prefix.count))) != nil {
        self.init(folder: current)
        return
      }
      let parent = PathText.parent(of: current)
      guard parent != current else { return nil }
      current = parent
    }
    return nil
  }

  /// Where the repository restores to.
  var data: String { folder + "/data" }
  /// The swap in progress.
  var intentFile: String { folder + "/publication.json" }
  /// The folder of the target.
  var parent: String { PathText.parent(of: folder) }

  /// The run it belongs to.
  var run: RunID? {
    let name = PathText.name(of: folder)
    guard let range = name.lastRange(of: ".drplan-") else { return nil }
    return RunID(String(name[range]))
  }

  /// The areas that stand beside a target now, of whatever run.
  static func all(for target: String) throws(FileError) -> [StagingArea] {
    let parent = PathText.parent(of: target)
    let prefix = prefix(of: PathText.name(of: target))
    return try HostPath.names(in: parent)
      .filter { $0.hasPrefix(prefix) && RunID(String($0.dropFirst(prefix.count))) != nil }
      .map { StagingArea(folder: parent == "/" ? "/\($0)" : "\(parent)/\($0)") }
  }

  /// Makes the folder and takes its lock.
  func make() throws(FileError) -> SharedFile {
    let root = BeneathRoot(try FileDescriptor.directory(parent), path: parent)
    try root.makeDirectory(Array(PathText.name(of: folder).utf8))
    guard let lock = try lock() else {
      throw FileError("lock", folder, detail: "another run took it in the same moment")
    }
    return lock
  }

  /// Takes the folder's lock; nil when a run that still works holds it, or has just removed the folder.
  func lock() throws(FileError) -> SharedFile? {
    do {
      let file = SharedFile(try FileDescriptor.directory(folder, following: false), path: folder)
      guard try file.descriptor.tryLock(path: folder) else { return nil }
      // Removed and made anew between opening and locking: then the lock is on nothing.
      let held = FileIdentity(inode: try file.descriptor.status(path: folder).inode)
      return try FileIdentity.at(folder) == held ? file : nil
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  /// The swap that was begun here; nil when none was.
  func intent() throws(StepFailure) -> PublishIntent? {
    let path = intentFile
    let bytes = try files("reading what an interrupted restore left") { () throws(FileError) in
      try HostPath.status(path) == nil ? nil : DurableFile.read(path, limit: 1 << 20)
    }
    guard let bytes else { return nil }
    guard let intent = PublishIntent(bytes: bytes) else {
      throw StepFailure(
        .targetUnusable, "`\(path)` says that a restore was interrupted here, but it cannot be read",
        remedy:
          "look at `\(folder)` and the files named `.before-...` beside it, put the data right, remove the folder",
        isRetryable: false)
    }
    return intent
  }

  private static func prefix(of name: String) -> String { ".\(name).drplan-" }
}

extension String {
  /// Where the text after the last `part` begins.
  fileprivate func lastRange(of part: String) -> PartialRangeFrom<String.Index>? {
    var result: PartialRangeFrom<String.Index>?
    var rest = startIndex
    while rest < endIndex {
      if self[rest...].hasPrefix(part) { result = index(rest, offsetBy: part.count)... }
      rest = index(after: rest)
    }
    return result
  }
}
