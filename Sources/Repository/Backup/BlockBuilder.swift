import BackendKit
import HostSystem
import Values

/// A worker of a backup: reads, compresses, proves and hashes blocks.
///
/// One for each thread.
final class BlockBuilder {
  private let root: BeneathRoot
  private let codec: GzipBlockCodec
  private let pool: RawBlockPool
  private let raw = RawBlock(capacity: 2 << 20)
  private var encoder = ManifestEncoder()

  init(root: BeneathRoot, options: RepositoryOptions, pool: RawBlockPool) {
    self.root = root
    self.pool = pool
    codec = GzipBlockCodec(engine: options.engine, level: options.level)
  }

  func run(_ job: BackupJob, weight: Int) throws(SnapshotError) -> BackupPiece {
    switch job {
    case .packed(let items): return try packed(items, weight: weight)
    case .begin(let file):
      let (block, tag) = try begin(file)
      return .begin(block, tag, file)
    case .block(let file, let index):
      let (block, tag) = try payload(file, index)
      return .block(block, tag, file, index: index)
    case .end(let file): return .end(file)
    }
  }

  /// The block before a large file's content.
  func begin(_ file: LargeFile) throws(SnapshotError) -> (RawBlock, GzipBlockTag) {
    raw.count = 0
    raw.append(file.header)
    return try encode(name: root.shown(file.path))
  }

  /// One block of a large file's content.
  func payload(_ file: LargeFile, _ index: Int64) throws(SnapshotError) -> (RawBlock, GzipBlockTag) {
    let range = file.range(of: index)
    let count = Int(range.upperBound - range.lowerBound)
    raw.count = 0
    raw.reserve(count)
    let target = UnsafeMutableRawBufferPointer(rebasing: raw.bytes[..<count])
    let got = try onFiles("cannot back up") { () throws(FileError) in
      try file.file.descriptor.read(into: target, at: range.lowerBound, path: file.file.path)
    }
    // A file cut short meanwhile: zeros for now, the check at its end finds the change.
    for position in got..<count { target[position] = 0 }
    raw.count = count
    return try encode(
      name: root.shown(file.path), flags: raw.content.isAllZeros ? [.payload, .zeros] : .payload)
  }

  /// Zeros, with room to spare for nothing else.
  func zeros(_ count: Int) throws(SnapshotError) -> (RawBlock, GzipBlockTag) {
    raw.count = 0
    raw.appendZeros(count)
    return try encode(name: "the padding of an archive")
  }

  private func encode(
    name: String, flags: GzipBlockTag.Flags = []
  ) throws(SnapshotError) -> (RawBlock, GzipBlockTag) {
    let block = pool.take(GzipBlockCodec.capacity(for: raw.count))
    do {
      let tag = try codec.encode(raw.content, flags: flags, into: block.bytes)
      block.count = tag.storedSize
      return (block, tag)
    } catch { throw SnapshotError.unfaithful("a block of `\(name)`") }
  }

  // MARK: - Small files

  private func packed(_ items: [PackedItem], weight: Int) throws(SnapshotError) -> BackupPiece {
    raw.count = 0
    var outcome = PackedOutcome()
    var contents: [(line: ManifestItem, range: Range<Int>)] = []
    for item in items { try add(item, &outcome, &contents) }
    guard raw.count > 0 else {
      return .packed(nil, nil, finish(outcome, contents), weight: weight)
    }
    guard raw.count <= RepositoryOptions.largestPackedBlock else {
      throw SnapshotError(
        .sourceChanged, "files near `\(root.shown(items[0].path))` grew while they were read",
        remedy: "take the snapshot when they rest, or of a copy")
    }
    let (block, tag) = try encode(name: root.shown(items[0].path))
    return .packed(block, tag, finish(outcome, contents), weight: weight)
  }

  private func add(
    _ item: PackedItem, _ outcome: inout PackedOutcome,
    _ contents: inout [(line: ManifestItem, range: Range<Int>)]
  ) throws(SnapshotError) {
    let metadata = NodeMetadata(item.status)
    switch item.kind {
    case .directory:
      raw.append(TarHeader.make(.directory, path: item.path, metadata: metadata))
      contents.append((.directory(item.path, metadata), 0..<0))
      outcome.totals.directories += 1
    case .link(let target):
      raw.append(TarHeader.make(.symbolicLink, path: item.path, target: target, metadata: metadata))
      contents.append((.link(item.path, target: target, metadata), 0..<0))
      outcome.totals.links += 1
    case .hardLink(let existing):
      raw.append(TarHeader.make(.hardLink, path: item.path, target: existing, metadata: metadata))
      contents.append((.hardLink(item.path, of: existing), 0..<0))
      outcome.totals.links += 1
    case .skipped(let reason): skip(item.path, reason, &outcome, &contents)
    case .file:
      guard let status = try appendFile(item) else {
        // Other names may already refer to this one.
        if item.status.names > 1 { throw Self.changed(root.shown(item.path)) }
        skip(item.path, "vanished", &outcome, &contents)
        return
      }
      let size = Int(status.size)
      let start = raw.count - size - TarHeader.padding(after: status.size)
      // The digest follows from what the block proved to hold; it is filled in after compression.
      let entry = FileEntry(
        path: item.path, metadata: NodeMetadata(status), size: status.size,
        content: size == 0 ? .empty : .packed(offset: start, digest: .zero), isSparse: status.isSparse)
      contents.append((.file(entry), start..<start + size))
      outcome.totals.files += 1
      outcome.totals.bytes += status.size
      outcome.totals.allocated += entry.allocated
      outcome.hasContent = outcome.hasContent || size > 0
    }
  }

  private func skip(
    _ path: [UInt8], _ reason: String, _ outcome: inout PackedOutcome,
    _ contents: inout [(line: ManifestItem, range: Range<Int>)]
  ) {
    contents.append((.skipped(path, reason: reason), 0..<0))
    outcome.totals.skipped += 1
    if outcome.skippedExamples.count < 20 {
      outcome.skippedExamples.append("\(RelativePath.shown(path)): \(reason)")
    }
  }

  /// Writes the manifest's lines, hashing each file as the block that was inflated again holds it.
  private func finish(
    _ outcome: PackedOutcome, _ contents: [(line: ManifestItem, range: Range<Int>)]
  ) -> PackedOutcome {
    var outcome = outcome
    encoder.removeAll()
    for (line, range) in contents {
      guard case .file(var entry) = line, case .packed(let offset, _) = entry.content else {
        encoder.append(line)
        continue
      }
      let content = UnsafeRawBufferPointer(rebasing: codec.lastInflated[range])
      entry.content = .packed(offset: offset, digest: codec.digest(content))
      encoder.append(.file(entry))
    }
    outcome.lines = encoder.text
    return outcome
  }

  /// Appends header, content and padding of a small file; nil when it is gone.
  ///
  /// A file that changes while it is read is read once more.
  private func appendFile(_ item: PackedItem) throws(SnapshotError) -> FileStatus? {
    let start = raw.count
    for _ in 0..<2 {
      raw.count = start
      do {
        if let status = try appendOnce(item) { return status }
      } catch {
        if error.isMissing { return nil }
        throw SnapshotError(error, doing: "cannot back up")
      }
    }
    throw Self.changed(root.shown(item.path))
  }

  static func changed(_ path: String) -> SnapshotError {
    SnapshotError(
      .sourceChanged, "`\(path)` changed twice while it was read",
      remedy: "take the snapshot when nothing writes to it, or of a copy")
  }

  /// Nil when the file changed meanwhile.
  private func appendOnce(_ item: PackedItem) throws(FileError) -> FileStatus? {
    // Not blocking on open, in case a FIFO took the file's place.
    let file = try root.open(item.path, [.noFollow, .nonBlocking])
    let shown = root.shown(item.path)
    let before = try file.status(path: shown)
    guard before.kind == .file, before.size <= Int64(RepositoryOptions.largestPackedBlock / 2),
      item.status.names == 1 || before.isSameFile(as: item.status)
    else { return nil }
    raw.append(TarHeader.make(.file, path: item.path, metadata: NodeMetadata(before), size: before.size))
    let size = Int(before.size)
    // One byte more, so that a file that grew is seen even if its times do not tell.
    raw.reserve(raw.count + size + 512)
    let target = UnsafeMutableRawBufferPointer(rebasing: raw.bytes[raw.count..<raw.count + size + 1])
    let got = try file.read(into: target, at: 0, path: shown)
    guard got == size, try file.status(path: shown).isUnchanged(from: before) else { return nil }
    raw.count += size
    raw.appendZeros(TarHeader.padding(after: before.size))
    return before
  }
}
