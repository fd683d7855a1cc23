public import BackendKit
import HostSystem
public import RunEvents
import Values

/// By what published data is known again: its device and inode, and when it was made.
///
/// The device is not compared: all names of one publication lie in one folder, and the numbers of devices change when a
/// machine starts again. The number of an inode is given to another file once the first is gone; what was made at another
/// time is another file.
struct PublicationMark: Sendable {
  /// The file or folder.
  let identity: FileIdentity
  /// When it was made, in nanoseconds since 1970; nil when its file system does not tell.
  let born: Int64?
  /// As it goes on record, `device:inode`, or `device:inode:born`.
  let text: String

  /// The mark of what was looked at, made then.
  init(_ status: FileStatus, born: Int64?) {
    identity = FileIdentity(inode: status.inode)
    self.born = born
    text = "\(status.device):\(status.inode)" + (born.map { ":\($0)" } ?? "")
  }

  /// The mark on record; nil for one of another form.
  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), UInt64(parts[0]) != nil, let inode = UInt64(parts[1]) else {
      return nil
    }
    if parts.count == 3 {
      guard let time = Int64(parts[2]) else { return nil }
      born = time
    } else {
      born = nil
    }
    identity = FileIdentity(inode: inode)
    self.text = text
  }

  /// Whether what stands at `path` now is what was marked.
  func isAt(_ path: String) throws(FileError) -> Bool {
    guard try FileIdentity.at(path) == identity else { return false }
    guard let born, let found = HostPath.birth(path) else { return true }
    return born == found
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
      guard let mark = publication.mark.flatMap(PublicationMark.init) else { continue }
      let stands = try files("looking at `\(target)`") { () throws(FileError) in try mark.isAt(target) }
      if !stands { replaced.append(target) }
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
  /// Whether what the publication put there is known by a mark.
  private let isMarked: Bool
  /// Whether what stands at the target has the mark.
  private let isMarkLive: Bool
  /// The name under which an undo put aside what the publication had put there.
  let undone: String?

  /// Looks.
  init(of publication: Publication, names: KeptName) throws(FileError) {
    live = try HostPath.status(publication.target)
    kept = if let path = publication.kept { try HostPath.status(path) } else { nil }
    let mark = publication.mark.flatMap { PublicationMark($0) }
    isMarked = mark != nil
    isMarkLive = try mark?.isAt(publication.target) ?? false
    let isThere = try HostPath.status(publication.staging) != nil
    let isMarkStaged = try mark?.isAt(publication.staging)
    isStaged = isThere && isMarkStaged ?? true
    undone = try Self.undone(mark, names)
  }

  /// Whether what the publication put there stands there.
  var isLive: Bool {
    guard live != nil else { return false }
    return isMarked ? isMarkLive : kept != nil && !isStaged
  }

  private static func undone(_ mark: PublicationMark?, _ names: KeptName) throws(FileError) -> String? {
    guard let mark else { return nil }
    let folder = PathText.parent(of: names.target)
    guard HostPath.isDirectory(folder) else { return nil }
    for name in try HostPath.names(in: folder) {
      let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
      if names.isUndone(path), try mark.isAt(path) { return path }
    }
    return nil
  }
}
