import BackendKit
import HostSystem
import Values

/// One restore: checks the manifest, then writes files on all cores, then links, then metadata of
/// directories, then syncs.
///
/// Removes everything again on failure.
struct RestoreRun {
  let layout: RepositoryLayout
  let options: RepositoryOptions
  let record: SnapshotRecord
  let staging: String
  let progress: ProgressHandler

  private var manifest: ManifestReader { ManifestReader(layout: layout, record: record) }

  func run(_ flag: CancellationFlag) throws(SnapshotError) -> RestoreSummary {
    // Nothing is touched before the whole manifest and the presence of all packs have been checked.
    let needed = try plan(flag)
    try checkPacks()
    try checkSpace(needed: needed)
    let folder = try RestoreFolder(for: staging)
    let owners = RestoredOwners(areSet: options.setsOwners)
    do throws(SnapshotError) {
      let root = BeneathRoot(
        try onFiles("cannot restore") { () throws(FileError) in
          try FileDescriptor.directory(folder.path, following: false)
        }, path: folder.path, walksComponents: options.walksComponents)
      try writeFiles(root, needed, owners, flag)
      try finish(root, owners, flag)
      try onFiles("cannot make the restore durable") { () throws(FileError) in
        try root.descriptor.syncFileSystem(path: folder.path)
      }
      try folder.publish()
    } catch {
      throw folder.discard(after: error)
    }
    return RestoreSummary(
      files: record.files, bytes: record.logicalBytes, record: record, leftovers: folder.leftovers,
      ownersNotSet: owners.notSet)
  }

  // MARK: - Before

  /// Reads the manifest once for its own sake; how many bytes the files will take.
  private func plan(_ flag: CancellationFlag) throws(SnapshotError) -> Int64 {
    var needed: Int64 = 0
    var targets = HardLinkTargets()
    try manifest.forEach { (item) throws(SnapshotError) in
      if flag.isCancelled { throw .cancelled }
      targets.note(item)
      switch item {
      // Sizes add up without overflow: the manifest's checker has seen to it.
      case .file(let entry): needed += entry.allocated
      default: break
      }
    }
    try targets.check(in: manifest)
    return needed
  }

  private func checkPacks() throws(SnapshotError) {
    guard let fault = PackFiles(layout: layout, record: record).faults().first else { return }
    throw .damaged(
      "the pack `\(RepositoryLayout.packName(record.packs[fault.index].sha256))` \(fault.reason)")
  }

  private func checkSpace(needed: Int64) throws(SnapshotError) {
    let parent = PathText.parent(of: staging)
    let space = try onFiles("cannot restore") { () throws(FileError) in try FileSystemSpace.at(parent) }
    guard space.freeBytes >= needed else {
      throw SnapshotError(
        .noSpace, "`\(parent)` has \(ByteCount(space.freeBytes)) free, \(ByteCount(needed)) are needed",
        remedy: "free space there, or restore to a larger file system")
    }
    let nodes = record.files + record.directories + record.links
    if let free = space.freeFiles, free < nodes {
      throw SnapshotError(
        .noSpace, "`\(parent)` can hold \(free) more files, \(nodes) are needed",
        remedy: "restore to a file system with more inodes")
    }
  }

  // MARK: - Files

  private func writeFiles(
    _ root: BeneathRoot, _ needed: Int64, _ owners: RestoredOwners, _ flag: CancellationFlag
  ) throws(SnapshotError) {
    let meter = ProgressMeter(
      bytesTotal: record.logicalBytes.bytes, filesTotal: record.files, handler: progress)
    let queue = WorkQueue<(RestoreJob, weight: Int)>(limit: options.window, flag: flag)
    let pool = RawBlockPool()
    let read = try Workers.run(options.restorers) { _ in
      let placer = BlockPlacer(
        root: root, staging: root.path, needed: needed, owners: owners,
        syncsEachFile: options.syncsEachFile, pool: pool, meter: meter)
      while let (_, (job, weight)) = queue.take() {
        do throws(SnapshotError) { try placer.run(job) } catch { queue.fail(error) }
        queue.release(weight)
      }
    } while: {
      let result = Result { () throws(SnapshotError) in
        var planner = RestorePlanner(
          root: root, queue: queue, packs: PackFiles(layout: layout, record: record), staging: root.path,
          needed: needed, directWrites: options.directWrites)
        try manifest.forEach { (item) throws(SnapshotError) in try planner.take(item) }
        try planner.flush()
      }
      if case .failure(let error) = result { queue.fail(error) }
      queue.close()
      return result
    }
    try queue.check()
    try read.get()
    meter.finish()
  }

  // MARK: - Links and directories

  /// Links are made when all content is written, and a directory gets its metadata when everything in it is done:
  /// nothing is written through either.
  private func finish(
    _ root: BeneathRoot, _ owners: RestoredOwners, _ flag: CancellationFlag
  ) throws(SnapshotError) {
    var open: [(path: [UInt8], metadata: NodeMetadata)] = []
    try manifest.forEach { (item) throws(SnapshotError) in
      if flag.isCancelled { throw .cancelled }
      switch item {
      case .directory(let path, let metadata):
        try close(&open, notContaining: path, root, owners)
        open.append((path, metadata))
      case .link(let path, let target, let metadata):
        try close(&open, notContaining: path, root, owners)
        try onFiles("cannot restore") { () throws(FileError) in
          try root.makeLink(
            path, to: target, owner: owners.toSet(metadata), modified: metadata.modified)
          try owners.note(metadata) { () throws(FileError) in try root.status(path) }
        }
      case .hardLink(let path, let existing):
        try close(&open, notContaining: path, root, owners)
        try onFiles("cannot restore") { () throws(FileError) in try root.makeHardLink(path, to: existing) }
      default: break
      }
    }
    while let directory = open.popLast() { try setMetadata(directory, root, owners) }
  }

  private func close(
    _ open: inout [(path: [UInt8], metadata: NodeMetadata)], notContaining path: [UInt8], _ root: BeneathRoot,
    _ owners: RestoredOwners
  ) throws(SnapshotError) {
    let parent = RelativePath.parent(path)
    while let last = open.last, last.path != RelativePath.root, !parent.elementsEqual(last.path) {
      open.removeLast()
      try setMetadata(last, root, owners)
    }
  }

  private func setMetadata(
    _ directory: (path: [UInt8], metadata: NodeMetadata), _ root: BeneathRoot, _ owners: RestoredOwners
  ) throws(SnapshotError) {
    try onFiles("cannot restore") { () throws(FileError) in
      let shown = root.shown(directory.path)
      let metadata = directory.metadata
      let made = try root.open(directory.path, .directory)
      try made.setMetadata(
        owner: owners.toSet(metadata), mode: metadata.mode, modified: metadata.modified, path: shown)
      try owners.note(metadata) { () throws(FileError) in try made.status(path: shown) }
    }
  }
}
