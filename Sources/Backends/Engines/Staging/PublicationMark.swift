public import BackendKit
import HostSystem
public import RunEvents
import Values

/// By what published data is known again: its device and inode.
///
/// Only the inode is compared: all names of one publication lie in one folder, and the numbers of devices change when a
/// machine starts again.
struct PublicationMark: Sendable {
  /// The file or folder.
  let identity: FileIdentity
  /// As it goes on record, `device:inode`.
  let text: String

  /// The mark of what was looked at.
  init(_ status: FileStatus) {
    identity = FileIdentity(inode: status.inode)
    text = "\(status.device):\(status.inode)"
  }

  /// The mark on record; nil for one of another form.
  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, UInt64(parts[0]) != nil, let inode = UInt64(parts[1]) else { return nil }
    identity = FileIdentity(inode: inode)
    self.text = text
  }
}

/// Whether what a run restored still stands where it put it.
public enum RestoredPlace {
  /// The targets of these publications at which something else stands now, or nothing; blocks.
  public static func replaced(_ publications: [Publication]) throws(StepFailure) -> [String] {
    var last: [String: Publication] = [:]
    for publication in publications { last[publication.target] = publication }
    var replaced: [String] = []
    for (target, publication) in last {
      guard let mark = publication.mark.flatMap({ PublicationMark($0)?.identity }) else { continue }
      let live = try files("looking at `\(target)`") { () throws(FileError) in try FileIdentity.at(target) }
      if live != mark { replaced.append(target) }
    }
    return replaced.sorted()
  }
}

/// What stands under the names of one publication now, when no swap is under way.
struct PublicationTraces: Sendable {
  /// At the target.
  let live: FileStatus?
  /// Under the kept name; nil also when there is no such name.
  let kept: FileStatus?
  /// Whether the data is still where it was staged.
  let isStaged: Bool
  /// What the publication put there; nil where that is not on record.
  let mark: FileIdentity?
  /// The name under which an undo put aside what the publication had put there.
  let undone: String?

  /// Looks.
  init(of publication: Publication, names: KeptName) throws(FileError) {
    live = try HostPath.status(publication.target)
    kept = if let path = publication.kept { try HostPath.status(path) } else { nil }
    mark = publication.mark.flatMap { PublicationMark($0)?.identity }
    let staged = try FileIdentity.at(publication.staging)
    isStaged = staged != nil && (mark == nil || staged == mark)
    undone = try Self.undone(mark, names)
  }

  /// Whether what the publication put there stands there.
  var isLive: Bool {
    guard let live else { return false }
    guard let mark else { return kept != nil && !isStaged }
    return FileIdentity(inode: live.inode) == mark
  }

  private static func undone(_ mark: FileIdentity?, _ names: KeptName) throws(FileError) -> String? {
    guard let mark else { return nil }
    let folder = PathText.parent(of: names.target)
    guard HostPath.isDirectory(folder) else { return nil }
    for name in try HostPath.names(in: folder) {
      let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
      if names.isUndone(path), try FileIdentity.at(path) == mark { return path }
    }
    return nil
  }
}
