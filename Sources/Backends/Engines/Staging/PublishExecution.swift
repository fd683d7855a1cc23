import Declarations
import HostSystem
import Values

/// Does the steps of a swap, one after the other.
struct PublishExecution {
  /// The swap.
  let intent: PublishIntent
  /// Where it was staged.
  let area: StagingArea

  /// Does one step.
  func perform(_ action: PublishAction) throws(FileError) {
    switch action {
    case .writeIntent:
      let bytes: [UInt8]
      do { bytes = try intent.bytes } catch {
        throw FileError("write", area.intentFile, detail: "the intent cannot be encoded: \(error)")
      }
      try DurableFile.create(bytes, at: area.intentFile)
    case .link(let from, let to): try Self.link(from, to)
    case .move(let from, let to): try Self.move(from, to)
    case .remove(let path): try Self.remove(path)
    case .requireFree(let paths):
      for path in paths {
        guard try HostPath.status(path) != nil else { continue }
        throw FileError(
          "publish beside", path, detail: "it appeared while the restore was published: the data is in use")
      }
    case .replace(let path, let staged): try AtomicRename.replace(path, with: staged)
    case .exchange(let first, let second): try AtomicRename.exchange(first, second)
    case .syncFolder: try DurableFile.syncDirectory(area.parent)
    case .removeStaging:
      let staged = try FileIdentity.at(intent.staged)
      guard intent.old == nil || staged != intent.old else {
        throw FileError("remove", area.folder, detail: "it holds the data that stood at `\(intent.target)`")
      }
      try FileTree.remove(area.folder)
      // Else a loss of power brings it back beside a step that is done, where nobody looks. Data is not at stake, and
      // the next restore here removes it: no reason to fail.
      try? DurableFile.syncDirectory(area.parent)
    }
  }

  /// Finishes or undoes the swap after an interruption, as far as it came.
  func mend() throws(FileError) -> PublishMending {
    let mending = try PublishMending(
      of: intent, oldIsUnchanged: try oldIsUnchanged(), newIsUnchanged: try newIsUnchanged()
    ) { (path) throws(FileError) in try FileIdentity.at(path) }
    for action in mending.actions { try perform(action) }
    return mending
  }

  /// Whether what stood at the target holds what it held, under whichever of its names it is.
  private func oldIsUnchanged() throws(FileError) -> Bool {
    guard let old = intent.old else { return true }
    for path in [intent.target, intent.kept, intent.staged] {
      guard let status = try HostPath.status(path), status.inode == old.inode else { continue }
      return PublishIntent.Stamp(status) == intent.oldStamp
    }
    return true
  }

  /// Whether what stands at the target, if it is the new data, holds what it held before it came there.
  private func newIsUnchanged() throws(FileError) -> Bool {
    guard let new = intent.new, let stamp = intent.newStamp, let status = try HostPath.status(intent.target),
      status.inode == new.inode
    else { return true }
    return PublishIntent.Stamp(status) == stamp
  }

  private static func link(_ from: String, _ to: String) throws(FileError) {
    let parent = PathText.parent(of: from)
    let root = BeneathRoot(try FileDescriptor.directory(parent), path: parent)
    try root.makeHardLink(Array(PathText.name(of: to).utf8), to: Array(PathText.name(of: from).utf8))
  }

  /// Without replacing; where the file system cannot refuse by itself, after a look.
  private static func move(_ from: String, _ to: String) throws(FileError) {
    do {
      try AtomicRename.moveWithoutReplacing(from, to: to)
    } catch {
      guard !error.isExisting, !error.isMissing else { throw error }
      guard try HostPath.status(to) == nil else { throw error }
      try AtomicRename.replace(to, with: from)
    }
  }

  private static func remove(_ path: String) throws(FileError) {
    guard try HostPath.status(path)?.kind == .file else {
      throw FileError("remove", path, detail: "it is not the file that was expected there")
    }
    try FileTree.remove(path)
  }
}
