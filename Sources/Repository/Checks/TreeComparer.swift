import BackendKit
import HostSystem
import Values

/// Walks a tree beside the lines of a manifest, which has the same order, and asks for the content that is
/// worth hashing.
///
/// One thread only.
struct TreeComparer {
  /// Files of which the content is compared.
  private(set) var files: Int64 = 0
  private let path: String
  private let options: RepositoryOptions
  private let queue: WorkQueue<(CompareRun.Job, weight: Int)>
  private let differences: FindingList<ComparisonSummary.Difference>
  private let meter: ProgressMeter
  private var root: BeneathRoot?
  private var walker: TreeWalker?
  private var node: TreeWalker.Node?
  /// The name on disk of the only file, when the snapshot is one.
  private var single: [UInt8]?
  private var large: (entry: FileEntry, file: SharedFile, next: Int64, missing: Int64)?

  init(
    path: String, options: RepositoryOptions, queue: WorkQueue<(CompareRun.Job, weight: Int)>,
    differences: FindingList<ComparisonSummary.Difference>, meter: ProgressMeter
  ) {
    self.path = path
    self.options = options
    self.queue = queue
    self.differences = differences
    self.meter = meter
  }

  mutating func take(_ item: ManifestItem) throws(SnapshotError) {
    switch item {
    case .head(let head): try open(isSingleFile: head.isSingleFile)
    case .directory(let path, let metadata):
      if let node = try find(path, "directory") { compareMode(path, metadata.mode, node.status.mode) }
    case .link(let path, let target, _):
      if let node = try find(path, "symbolic link"), node.target != target { add(path, .target) }
    case .hardLink(let path, let existing):
      guard let node = try find(path, "file"), let root else { return }
      // What cannot be looked at is reported under its own name.
      let other = try? root.status(existing)
      if other?.inode != node.status.inode || other?.device != node.status.device { add(path, .hardLink) }
    case .file(let entry): try compare(entry)
    case .blocks(let blocks): for block in blocks { try compare(block) }
    case .skipped(let path, _): _ = try advance(to: path)
    case .member, .pack: break
    case .end: while try next() { addExtra() }
    }
  }

  // MARK: - Walking

  private mutating func open(isSingleFile: Bool) throws(SnapshotError) {
    do throws(FileError) {
      if isSingleFile, !HostPath.isDirectory(path) {
        let parent = PathText.parent(of: path)
        root = BeneathRoot(
          try FileDescriptor.directory(parent), path: parent, walksComponents: options.walksComponents)
        single = Array(PathText.name(of: path).utf8)
      } else {
        let root = BeneathRoot(
          try FileDescriptor.directory(path), path: path, walksComponents: options.walksComponents)
        self.root = root
        walker = TreeWalker(root: root)
        _ = isSingleFile ? try walker?.next() : nil
      }
    } catch { throw SnapshotError(error, doing: "cannot compare") }
  }

  /// Moves to the next name on disk; false at the end.
  private mutating func next() throws(SnapshotError) -> Bool {
    while true {
      do {
        node = try walker?.next()
        return node != nil
      } catch {
        if error.isMissing { continue }
        throw SnapshotError(error, doing: "cannot compare")
      }
    }
  }

  /// The node of that path if it is there; names before it are extra.
  private mutating func advance(to path: [UInt8]) throws(SnapshotError) -> TreeWalker.Node? {
    if let single, let root {
      let status = try onFiles("cannot compare") { () throws(FileError) in try root.status(single) }
      return TreeWalker.Node(path: single, status: status, target: [])
    }
    if node == nil { _ = try next() }
    while let found = node {
      if found.path == path {
        node = nil
        return found
      }
      // The top comes before everything, though its name does not.
      guard RelativePath.isBefore(found.path, path) || found.path == RelativePath.root else { return nil }
      addExtra()
      _ = try next()
    }
    return nil
  }

  private mutating func addExtra() {
    guard let node else { return }
    add(node.path, .extra)
  }

  private mutating func find(_ path: [UInt8], _ expected: String) throws(SnapshotError) -> TreeWalker.Node? {
    guard let node = try advance(to: path) else {
      add(path, .missing)
      return nil
    }
    let actual =
      switch node.status.kind {
      case .file: "file"
      case .directory: "directory"
      case .link: "symbolic link"
      case .special(let what): what
      }
    guard actual == expected else {
      add(path, .type(expected: expected, actual: actual))
      return nil
    }
    return node
  }

  private func compareMode(_ path: [UInt8], _ expected: UInt32, _ actual: UInt32) {
    // Without the right to restore owners, these bits were left out on purpose.
    let mask: UInt32 = HostFacts.isRoot ? 0o7777 : 0o1777
    if expected & mask != actual & mask { add(path, .mode(expected: expected, actual: actual)) }
  }

  // MARK: - Content

  private mutating func compare(_ entry: FileEntry) throws(SnapshotError) {
    large = nil
    guard let node = try find(entry.path, "file"), let root else { return }
    compareMode(entry.path, entry.metadata.mode, node.status.mode)
    guard node.status.size == entry.size else {
      add(entry.path, .size(expected: entry.size, actual: node.status.size))
      return
    }
    files += 1
    meter.add(bytes: 0, files: 1)
    if case .empty = entry.content { return }
    let file: SharedFile
    do {
      let shown = root.shown(node.path)
      file = SharedFile(try root.open(node.path, [.noFollow, .nonBlocking]), path: shown)
    } catch {
      add(entry.path, .unreadable("\(error)"))
      return
    }
    switch entry.content {
    case .empty: break
    case .packed(_, let digest):
      // Weighed as more than it is, because the file it holds open counts too.
      let weight = max(Int(entry.size), 64 << 10)
      try queue.submit(
        (.whole(entry.path, file, size: entry.size, digest: digest), weight: weight), weight: weight)
    case .blocks(_, let count):
      large = (entry, file, 0, count)
      if count == 0 { try compareHoles(before: nil) }
    }
  }

  private mutating func compare(_ block: PayloadBlock) throws(SnapshotError) {
    guard let current = large, case .blocks(let size, _) = current.entry.content else { return }
    try compareHoles(before: block.index)
    try queue.submit(
      (
        .block(current.entry.path, current.file, offset: block.index * Int64(size), block),
        weight: block.location.size
      ), weight: block.location.size)
    large?.next = block.index + 1
    large?.missing -= 1
    if current.missing == 1 { try compareHoles(before: nil) }
  }

  /// What the snapshot says is a hole must read as zeros: everything up to a block, or to the end.
  private func compareHoles(before index: Int64?) throws(SnapshotError) {
    guard let large, case .blocks(let size, _) = large.entry.content else { return }
    let start = large.next * Int64(size)
    let end = min(index.map { $0 * Int64(size) } ?? large.entry.size, large.entry.size)
    guard start < end else { return }
    try queue.submit(
      (.hole(large.entry.path, large.file, start..<end, block: large.next), weight: 64 << 10),
      weight: 64 << 10)
  }

  private func add(_ path: [UInt8], _ kind: ComparisonSummary.Difference.Kind) {
    differences.add(.init(path: RelativePath.shown(path), kind: kind))
  }
}
