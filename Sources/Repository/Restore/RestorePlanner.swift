import BackendKit
import HostSystem
import Values

/// Turns the lines of a manifest into jobs: makes directories, opens and reserves large files, and gathers
/// the small files of each block.
///
/// In the order of the manifest, which is that of the packs.
struct RestorePlanner {
  private let root: BeneathRoot
  private let queue: WorkQueue<(RestoreJob, weight: Int)>
  private var packs: PackFiles
  private let staging: String
  private let needed: Int64
  private let directWrites: Int64
  private var member: BlockLocation?
  private var entries: [FileEntry] = []
  private var large: RestoringFile?

  init(
    root: BeneathRoot, queue: WorkQueue<(RestoreJob, weight: Int)>, packs: PackFiles, staging: String,
    needed: Int64, directWrites: Int64
  ) {
    self.root = root
    self.queue = queue
    self.packs = packs
    self.staging = staging
    self.needed = needed
    self.directWrites = directWrites
  }

  mutating func take(_ item: ManifestItem) throws(SnapshotError) {
    switch item {
    case .directory(let path, _) where path != RelativePath.root:
      try writing { () throws(FileError) in try root.makeDirectory(path) }
    case .member(let location):
      try flush()
      member = location
    case .file(let entry): try take(entry)
    case .blocks(let blocks):
      guard let large else { return }
      for block in blocks {
        try queue.submit(
          (.block(large, block, try packs.file(block.location.pack)), weight: block.location.size),
          weight: block.location.size)
      }
    default: break
    }
  }

  private mutating func take(_ entry: FileEntry) throws(SnapshotError) {
    switch entry.content {
    case .packed: entries.append(entry)
    case .empty:
      try submit(.finish(RestoringFile(entry: entry, file: try create(entry), blocks: 0)))
    case .blocks(_, let count):
      let file = try create(entry)
      try writing { () throws(FileError) in
        if entry.isSparse {
          try file.descriptor.resize(entry.size, path: file.path)
        } else {
          try file.descriptor.preallocate(entry.size, path: file.path)
        }
      }
      let restoring = RestoringFile(entry: entry, file: file, direct: direct(entry), blocks: count)
      large = restoring
      if count == 0 { try submit(.finish(restoring)) }
    }
  }

  /// Submits the small files gathered so far.
  mutating func flush() throws(SnapshotError) {
    guard let member, !entries.isEmpty else { return }
    try queue.submit(
      (.packed(member, try packs.file(member.pack), entries), weight: member.size), weight: member.size)
    entries.removeAll(keepingCapacity: true)
  }

  private func submit(_ job: RestoreJob) throws(SnapshotError) {
    // Weighed as a block of moderate size, because the file it holds open counts too.
    try queue.submit((job, weight: 64 << 10), weight: 64 << 10)
  }

  private func create(_ entry: FileEntry) throws(SnapshotError) -> SharedFile {
    let path = root.shown(entry.path)
    do {
      let file = try root.open(entry.path, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600)
      return SharedFile(file, path: path)
    } catch {
      throw SnapshotError(error, doing: "cannot restore", fileSystemOf: staging, needed: needed)
    }
  }

  private func direct(_ entry: FileEntry) -> SharedFile? {
    guard !entry.isSparse, entry.size >= directWrites else { return nil }
    // An optimisation: whatever hinders it, the page cache will do.
    guard let file = try? root.open(entry.path, [.writeOnly, .noFollow]), file.bypassCache() else {
      return nil
    }
    return SharedFile(file, path: root.shown(entry.path))
  }

  private func writing(_ body: () throws(FileError) -> Void) throws(SnapshotError) {
    do { try body() } catch {
      throw SnapshotError(error, doing: "cannot restore", fileSystemOf: staging, needed: needed)
    }
  }
}
