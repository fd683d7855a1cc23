import BackendKit
import HostSystem
import Values

/// What is backed up: a directory, or one file in a directory.
struct BackupSource: Sendable {
  /// The directory.
  let root: BeneathRoot
  /// The name in it when the source is a single file.
  let single: [UInt8]?
  private let path: String
  private let repository: String

  /// Opens the directory or file at `path`, to be kept in the repository at `repository`.
  init(path: String, repository: String, options: RepositoryOptions) throws(SnapshotError) {
    self.path = path
    self.repository = repository
    do throws(FileError) {
      let opened = try FileDescriptor.open(path, .nonBlocking)
      switch try opened.status(path: path).kind {
      case .directory:
        root = BeneathRoot(opened, path: path, walksComponents: options.walksComponents)
        single = nil
        return
      case .file:
        let parent = PathText.parent(of: path)
        root = BeneathRoot(
          try FileDescriptor.directory(parent), path: parent, walksComponents: options.walksComponents)
        single = Array(PathText.name(of: path).utf8)
        return
      default: break
      }
    } catch {
      if error.isMissing { throw SnapshotError(.sourceUnusable, "there is nothing at `\(path)` to back up") }
      throw SnapshotError(error, doing: "cannot back up")
    }
    throw SnapshotError(.sourceUnusable, "`\(path)` is neither a directory nor a regular file")
  }

  /// Adds up what there is, for the progress; what changes afterwards changes nothing else.
  func survey(_ flag: CancellationFlag) throws(SnapshotError) -> ManifestEnd {
    var totals = ManifestEnd()
    if let single {
      totals.files = 1
      totals.bytes = try onFiles("cannot back up") { () throws(FileError) in try root.status(single).size }
      return totals
    }
    try each { (node) throws(SnapshotError) in
      if flag.isCancelled { throw .cancelled }
      guard node.status.kind == .file else { return }
      totals.files += 1
      totals.bytes += node.status.size
    }
    return totals
  }

  /// Every node, leaving out what vanishes meanwhile and the repository itself.
  func each(_ body: (TreeWalker.Node) throws(SnapshotError) -> Void) throws(SnapshotError) {
    // Not there means not inside.
    let own = try? FileDescriptor.directory(repository).status(path: repository)
    var walker = TreeWalker(root: root)
    while true {
      var node: TreeWalker.Node
      do {
        guard let next = try walker.next() else { return }
        node = next
      } catch {
        if error.isMissing { continue }
        throw SnapshotError(error, doing: "cannot back up")
      }
      if let own, node.status.kind == .directory, node.status.inode == own.inode,
        node.status.device == own.device
      {
        walker.skipDescendants()
        if node.path == RelativePath.root {
          throw SnapshotError(.sourceUnusable, "`\(path)` is the repository itself")
        }
        node.status.kind = .special("the repository")
      }
      try body(node)
    }
  }
}
