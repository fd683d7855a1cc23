import BackendKit
import HostSystem
import Values

/// Takes the workers' pieces in order and writes packs and manifest.
///
/// One thread only.
final class BackupWriter {
  let manifest: ManifestWriter
  let packs: PackWriter
  private(set) var skippedExamples: [String] = []
  private let root: BeneathRoot
  private let options: RepositoryOptions
  private let builder: BlockBuilder
  private let queue: WorkQueue<(BackupJob, weight: Int)>
  private let meter: ProgressMeter
  private var open: (pack: HashedFile.Savepoint, manifest: ManifestWriter.Savepoint)?

  init(
    root: BeneathRoot, layout: RepositoryLayout, workspace: Workspace, options: RepositoryOptions,
    pool: RawBlockPool,
    queue: WorkQueue<(BackupJob, weight: Int)>, meter: ProgressMeter
  ) throws(SnapshotError) {
    self.root = root
    self.options = options
    self.queue = queue
    self.meter = meter
    builder = BlockBuilder(root: root, options: options, pool: pool)
    manifest = try ManifestWriter(in: workspace, options: options)
    packs = PackWriter(layout: layout, workspace: workspace, options: options, builder: builder, pool: pool)
  }

  func take(_ piece: BackupPiece) throws(SnapshotError) {
    switch piece {
    case .packed(let block, let tag, let outcome, let weight):
      if let block, let tag {
        let location = try packs.append(block, tag)
        if outcome.hasContent { try manifest.append(.member(location)) }
      }
      try manifest.append(lines: outcome.lines)
      manifest.totals.add(outcome.totals)
      skippedExamples += outcome.skippedExamples.prefix(20 - skippedExamples.count)
      meter.add(bytes: outcome.totals.bytes, files: outcome.totals.files)
      try packs.close(ifAtLeast: options.packTarget)
      queue.release(weight)
    case .begin(let block, let tag, let file): try begin(block, tag, file)
    case .block(let block, let tag, let file, let index):
      try add(block, tag, index)
      meter.add(bytes: Int64(tag.size))
      queue.release(file.blockSize)
    case .end(let file):
      try end(file)
      queue.release(options.openWeight)
    }
  }

  private func begin(_ block: RawBlock, _ tag: GzipBlockTag, _ file: LargeFile) throws(SnapshotError) {
    // A file that fills a pack of its own does not share one.
    if file.status.size >= options.packTarget { try packs.close(ifAtLeast: 1) }
    open = (try packs.savepoint(), manifest.savepoint())
    _ = try packs.append(block, tag)
    try manifest.append(.file(file.entry))
  }

  private func add(_ block: RawBlock, _ tag: GzipBlockTag, _ index: Int64) throws(SnapshotError) {
    let location = try packs.append(block, tag)
    try manifest.append(PayloadBlock(index: index, location: location, isZeros: tag.flags.contains(.zeros)))
  }

  private func end(_ file: LargeFile) throws(SnapshotError) {
    var file = file
    if try !isUnchanged(file) {
      guard let open else { throw BlockBuilder.changed(root.shown(file.path)) }
      try packs.rollBack(to: open.pack)
      try manifest.rollBack(to: open.manifest)
      file = try readAgain(file)
    }
    try packs.appendZeros(file.padding)
    try manifest.flushBlocks()
    manifest.totals.files += 1
    manifest.totals.bytes += file.status.size
    manifest.totals.allocated += file.entry.allocated
    meter.add(bytes: 0, files: 1)
    open = nil
    try packs.close(ifAtLeast: options.packTarget)
  }

  /// The second and last attempt, on this thread: rare, so it need not be fast.
  private func readAgain(_ stale: LargeFile) throws(SnapshotError) -> LargeFile {
    guard
      let file = try LargeFile.open(
        stale.path, names: stale.status.names, beneath: root, options: options),
      stale.status.names == 1 || file.status.isSameFile(as: stale.status)
    else {
      throw BlockBuilder.changed(root.shown(stale.path))
    }
    let (header, headerTag) = try builder.begin(file)
    _ = try packs.append(header, headerTag)
    try manifest.append(.file(file.entry))
    for range in file.data {
      for index in range {
        try queue.check()
        let (block, tag) = try builder.payload(file, index)
        try add(block, tag, index)
      }
    }
    guard try isUnchanged(file) else { throw BlockBuilder.changed(root.shown(file.path)) }
    return file
  }

  private func isUnchanged(_ file: LargeFile) throws(SnapshotError) -> Bool {
    try onFiles("cannot back up") { () throws(FileError) in
      try file.file.descriptor.status(path: file.file.path).isUnchanged(from: file.status)
    }
  }
}

extension ManifestEnd {
  mutating func add(_ other: ManifestEnd) {
    files += other.files
    directories += other.directories
    links += other.links
    skipped += other.skipped
    bytes += other.bytes
    allocated += other.allocated
  }
}

extension LargeFile {
  /// Opens a file to be read in blocks and finds its holes; nil when it is gone or no regular file any more.
  ///
  /// `names` is how many names it had when it was found: one that lost its others meanwhile may still be referred to.
  static func open(
    _ path: [UInt8], names: UInt64, beneath root: BeneathRoot, options: RepositoryOptions
  ) throws(SnapshotError) -> LargeFile? {
    do {
      let shown = root.shown(path)
      let file = try root.open(path, [.noFollow, .nonBlocking])
      var status = try file.status(path: shown)
      status.names = max(status.names, names)
      guard status.kind == .file else { return nil }
      let blockSize = options.blockSize(forFileOf: status.size)
      let data = status.isSparse ? try dataBlocks(file, status.size, Int64(blockSize), shown) : nil
      let all = 0..<FileEntry.blocks(of: blockSize, in: status.size)
      return LargeFile(
        path: path, status: status, file: SharedFile(file, path: shown), blockSize: blockSize,
        data: data ?? (all.isEmpty ? [] : [all]))
    } catch {
      if error.isMissing { return nil }
      throw SnapshotError(error, doing: "cannot back up")
    }
  }

  /// Runs of blocks of which any byte is data.
  private static func dataBlocks(
    _ file: borrowing FileDescriptor, _ size: Int64, _ block: Int64, _ shown: String
  ) throws(FileError) -> [Range<Int64>] {
    var result: [Range<Int64>] = []
    var offset: Int64 = 0
    while offset < size, let data = try file.nextData(from: offset, path: shown), data < size {
      let hole = min(max(try file.nextHole(from: data, size: size, path: shown), data + 1), size)
      let range = data / block..<(hole + block - 1) / block
      if let last = result.last, last.upperBound >= range.lowerBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
      // The rest of the block is data anyway.
      offset = max(hole, range.upperBound * block)
    }
    return result
  }
}
