import BackendKit
import HostSystem
import Synchronization
import Values

/// A large file being written by several threads, each its blocks.
final class RestoringFile: Sendable {
  let entry: FileEntry
  let file: SharedFile
  /// The same file without the page cache between; nil where that is not wanted or not possible.
  let direct: SharedFile?
  private let left: Atomic<Int64>

  /// `blocks` pieces will be written.
  init(entry: FileEntry, file: SharedFile, direct: SharedFile? = nil, blocks: Int64) {
    self.entry = entry
    self.file = file
    self.direct = direct
    left = Atomic(blocks)
  }

  /// Call after each piece; true for the last one.
  func finishOne() -> Bool { left.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}

/// What a worker is asked to do.
enum RestoreJob: Sendable {
  /// Read one block and write the small files in it.
  case packed(BlockLocation, SharedFile, [FileEntry])
  /// Read one block of a large file and write it at its place.
  case block(RestoringFile, PayloadBlock, SharedFile)
  /// A large file of which nothing need be read, or an empty one: only finish it.
  case finish(RestoringFile)
}

/// A worker of a restore.
///
/// One for each thread.
final class BlockPlacer {
  private let root: BeneathRoot
  private let staging: String
  private let needed: Int64
  private let owners: RestoredOwners
  private let syncs: Bool
  private let reader: BlockReader
  private let meter: ProgressMeter

  init(
    root: BeneathRoot, staging: String, needed: Int64, owners: RestoredOwners, syncsEachFile: Bool,
    pool: RawBlockPool, meter: ProgressMeter
  ) {
    reader = BlockReader(pool: pool)
    self.root = root
    self.staging = staging
    self.needed = needed
    self.owners = owners
    syncs = syncsEachFile
    self.meter = meter
  }

  func run(_ job: RestoreJob) throws(SnapshotError) {
    defer { reader.release() }
    switch job {
    case .packed(let location, let pack, let entries): try packed(location, pack, entries)
    case .block(let target, let block, let pack): try place(target, block, pack)
    case .finish(let target): try finish(target)
    }
  }

  private func packed(
    _ location: BlockLocation, _ pack: SharedFile, _ entries: [FileEntry]
  ) throws(SnapshotError) {
    let content: UnsafeRawBufferPointer
    do { content = try reader.read(location, from: pack) } catch {
      let others = entries.count == 1 ? "" : " and \(entries.count - 1) more files"
      throw SnapshotError.damaged(
        "block 0 of `\(RelativePath.shown(entries[0].path))`\(others) \(error.reason)")
    }
    for entry in entries {
      guard case .packed(let offset, _) = entry.content else { continue }
      let bytes = UnsafeRawBufferPointer(rebasing: content[offset..<offset + Int(entry.size)])
      try writing(entry.path) { () throws(FileError) in
        let shown = root.shown(entry.path)
        let file = try root.open(entry.path, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
        if entry.isSparse {
          try file.resize(entry.size, path: shown)
          try Self.writeData(bytes, to: file, at: 0, shown)
        } else {
          try file.write(bytes, at: 0, path: shown)
        }
        try setMetadata(entry, file, shown)
      }
      meter.add(bytes: entry.size, files: 1)
    }
  }

  private func place(
    _ target: RestoringFile, _ block: PayloadBlock, _ pack: SharedFile
  ) throws(SnapshotError) {
    let entry = target.entry
    guard case .blocks(let blockSize, _) = entry.content else { return }
    let offset = block.index * Int64(blockSize)
    // What was reserved reads as zeros already, and so does a hole.
    if !block.isZeros {
      let content: UnsafeRawBufferPointer
      do { content = try reader.read(block.location, from: pack) } catch {
        throw SnapshotError.damaged(
          "block \(block.index) of `\(RelativePath.shown(entry.path))` \(error.reason)")
      }
      try writing(entry.path) { () throws(FileError) in
        if entry.isSparse {
          try Self.writeData(content, to: target.file.descriptor, at: offset, target.file.path)
        } else if let direct = target.direct, content.count % 4096 == 0, offset % 4096 == 0 {
          try direct.descriptor.write(content, at: offset, path: direct.path)
        } else {
          try target.file.descriptor.write(content, at: offset, path: target.file.path)
          // The device works while the processors inflate, so that the sync at the end finds little left to do.
          target.file.descriptor.startWriteback(at: offset, count: content.count)
        }
      }
    }
    meter.add(bytes: Int64(block.location.size))
    if target.finishOne() { try finish(target) }
  }

  private func finish(_ target: RestoringFile) throws(SnapshotError) {
    try writing(target.entry.path) { () throws(FileError) in
      try setMetadata(target.entry, target.file.descriptor, target.file.path)
    }
    meter.add(bytes: 0, files: 1)
  }

  private func setMetadata(
    _ entry: FileEntry, _ file: borrowing FileDescriptor, _ shown: String
  ) throws(FileError) {
    let metadata = entry.metadata
    // Without the right owner these bits would lend the restoring user's rights to others.
    let mode = owners.areSet ? metadata.mode : metadata.mode & 0o1777
    try file.setMetadata(
      owner: owners.toSet(metadata), mode: mode, modified: metadata.modified, path: shown)
    try owners.note(metadata) { () throws(FileError) in try file.status(path: shown) }
    if syncs { try file.sync(path: shown) }
  }

  private func writing(_ path: [UInt8], _ body: () throws(FileError) -> Void) throws(SnapshotError) {
    do { try body() } catch {
      throw SnapshotError(error, doing: "cannot restore", fileSystemOf: staging, needed: needed)
    }
  }

  /// Writes only the pages that hold something; the others stay holes.
  private static func writeData(
    _ bytes: UnsafeRawBufferPointer, to file: borrowing FileDescriptor, at offset: Int64, _ shown: String
  ) throws(FileError) {
    let page = 4096
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count {
        let next = min(end + page, bytes.count)
        if UnsafeRawBufferPointer(rebasing: bytes[end..<next]).isAllZeros { break }
        end = next
      }
      if end > start {
        try file.write(
          UnsafeRawBufferPointer(rebasing: bytes[start..<end]), at: offset + Int64(start), path: shown)
        start = end
      } else {
        start = min(start + page, bytes.count)
      }
    }
  }
}
