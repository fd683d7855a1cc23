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

  /// Removes the folder if no file is in it: its run had staged nothing yet, or was stopped while it removed it.
  func removeIfEmpty() {
    FileTree.removeIfEmpty(data)
    FileTree.removeIfEmpty(folder)
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
      let file = SharedFile(
        try FileDescriptor.directory(folder, following: false), path: folder, unlocks: true)
      guard try file.descriptor.tryLock(path: folder) else { return nil }
      // Removed and made anew between opening and locking: then the lock is on nothing.
      let held = FileIdentity(inode: try file.descriptor.status(path: folder).inode)
      return try FileIdentity.at(folder) == held ? file : nil
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  /// The swap of `target` that was begun here; nil when none was.
  ///
  /// What it names is renamed and removed with all rights of this process, and whoever may write the folder of the
  /// target may put a staging folder there. So it counts only when nobody else can have written it, and only when it
  /// names nothing but what a swap of this target in this folder names.
  func intent(for target: String, suffixes: [String]) throws(StepFailure) -> PublishIntent? {
    let path = intentFile
    let bytes = try files("reading what an interrupted restore left") { () throws(FileError) in
      try intentBytes()
    }
    guard let bytes else { return nil }
    guard let intent = PublishIntent(bytes: bytes) else {
      throw StepFailure(
        .targetUnusable, "`\(path)` says that a restore was interrupted here, but it cannot be read",
        remedy:
          "look at `\(folder)` and the files named `.before-...` beside it, put the data right, remove the folder",
        isRetryable: false)
    }
    guard intent.describes(swapOf: target, in: self, suffixes: suffixes) else {
      throw StepFailure(
        .targetUnusable,
        "`\(path)` describes something else than a swap of `\(target)`; nothing of it is done",
        remedy: "find out who wrote it, then remove `\(folder)`", isRetryable: false)
    }
    return intent
  }

  /// Refuses a folder that anybody but this process's user can have filled.
  func refuseForeign() throws(StepFailure) {
    let descriptor = try files("looking at `\(folder)`") { () throws(FileError) in
      try FileDescriptor.directory(folder, following: false).status(path: folder)
    }
    guard !Self.isOwn(descriptor) else { return }
    throw StepFailure(
      .targetUnusable,
      "`\(folder)` looks like a staging folder of drplan, but another user owns it or may write to it",
      remedy: "find out who made it, then remove it", isRetryable: false)
  }

  /// What the file of the intent holds; nil when there is none.
  ///
  /// Opened below the folder that was judged, so that neither can be exchanged between the look and the
  /// reading.
  private func intentBytes() throws(FileError) -> [UInt8]? {
    let root = BeneathRoot(try FileDescriptor.directory(folder, following: false), path: folder)
    let foreign = FileError("use", intentFile, detail: "another user owns it or may write to it")
    guard Self.isOwn(try root.descriptor.status(path: folder)) else { throw foreign }
    do throws(FileError) {
      let file = try root.open(Array(PathText.name(of: intentFile).utf8), [.noFollow, .nonBlocking])
      let status = try file.status(path: intentFile)
      guard status.kind == .file, Self.isOwn(status) else { throw foreign }
      return try file.remainder(limit: 1 << 20, path: intentFile)
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  private static func isOwn(_ status: FileStatus) -> Bool {
    status.user == HostFacts.userNumber && status.mode & 0o022 == 0
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
