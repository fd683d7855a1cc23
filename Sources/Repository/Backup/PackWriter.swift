import BackendKit
import HostSystem
import Values

/// Lays compressed blocks one after another into packs.
///
/// One thread only.
final class PackWriter {
  /// The packs that are complete, in order.
  private(set) var packs: [SnapshotRecord.Object] = []
  private let layout: RepositoryLayout
  private let options: RepositoryOptions
  private let builder: BlockBuilder
  private let pool: RawBlockPool
  private var current: HashedFile?
  private var ending: (file: HashedFile, object: SnapshotRecord.Object)?
  private var finished: [FinishedFile] = []
  private let workspace: Workspace

  init(
    layout: RepositoryLayout, workspace: Workspace, options: RepositoryOptions, builder: BlockBuilder,
    pool: RawBlockPool
  ) {
    self.layout = layout
    self.workspace = workspace
    self.options = options
    self.builder = builder
    self.pool = pool
  }

  /// Adds a block and gives its memory back; where it went.
  func append(_ block: RawBlock, _ tag: GzipBlockTag) throws(SnapshotError) -> BlockLocation {
    let file = try open()
    let offset = try file.append(block.content, digest: tag.digest)
    pool.put(block)
    return BlockLocation(
      pack: packs.count, offset: offset, storedSize: tag.storedSize, size: tag.size, digest: tag.digest)
  }

  /// Adds zeros, which complete a tar record or end an archive.
  func appendZeros(_ count: Int) throws(SnapshotError) {
    guard count > 0 else { return }
    let (block, tag) = try builder.zeros(count)
    _ = try append(block, tag)
  }

  /// Remembers this point of the current pack.
  func savepoint() throws(SnapshotError) -> HashedFile.Savepoint { try open().savepoint() }

  /// Forgets everything in the current pack after `point`.
  func rollBack(to point: HashedFile.Savepoint) throws(SnapshotError) { try open().rollBack(to: point) }

  /// Ends the pack if it has at least `size` bytes.
  ///
  /// Only between files.
  func close(ifAtLeast size: Int64) throws(SnapshotError) {
    guard let file = current, file.size >= size else { return }
    try appendZeros(TarHeader.endSize)
    let block = pool.take(GzipBlockCodec.capacity(for: 0))
    let codec = GzipBlockCodec(engine: options.engine, level: options.level)
    do { block.count = try codec.encodeFooter(digest: file.memberDigest, into: block.bytes).storedSize } catch
    {
      throw SnapshotError.unfaithful("the end of an archive")
    }
    _ = try file.append(block.content, digest: .zero)
    pool.put(block)
    let object = file.seal()
    // The pack before this one had the time of a whole pack to reach the device: its sync is short now.
    try syncEnding()
    ending = (file, object)
    packs.append(object)
    current = nil
  }

  /// Ends the last pack and makes all of them durable under their names: none has one before all are complete, so
  /// that a backup that fails leaves nothing.
  func finish() throws(SnapshotError) {
    try close(ifAtLeast: 1)
    try syncEnding()
    try onFiles("cannot complete an archive") { () throws(FileError) in
      var directories: Set<String> = []
      for file in finished {
        let name = layout.pack(file.object.sha256)
        try file.publish(as: name)
        directories.insert(PathText.parent(of: name))
      }
      for directory in directories.sorted() { try DurableFile.syncDirectory(directory) }
    }
  }

  private func syncEnding() throws(SnapshotError) {
    guard let (file, object) = ending else { return }
    finished.append(try file.finish(object))
    ending = nil
  }

  private func open() throws(SnapshotError) -> HashedFile {
    if let current { return current }
    let file = try HashedFile(in: workspace, kind: "pack")
    current = file
    return file
  }
}
