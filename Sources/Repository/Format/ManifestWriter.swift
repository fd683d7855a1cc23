import BackendKit
import HostSystem
import Values

/// Writes a manifest: lines, cut into gzip members of some 256 KiB.
final class ManifestWriter {
  private let file: HashedFile
  private let codec: GzipBlockCodec
  private var encoder = ManifestEncoder()
  private var text: [UInt8] = []
  private var root = SHA256Hasher()
  private let output = RawBlock(capacity: 1 << 20)
  private var listed: [PayloadBlock] = []
  /// What the lines so far add up to.
  var totals = ManifestEnd()

  /// What `rollBack` needs.
  struct Savepoint {
    fileprivate let file: HashedFile.Savepoint
    fileprivate let text: [UInt8]
    fileprivate let root: SHA256Hasher
    fileprivate let totals: ManifestEnd
  }

  init(in workspace: Workspace, options: RepositoryOptions) throws(SnapshotError) {
    file = try HashedFile(in: workspace, kind: "manifest")
    codec = GzipBlockCodec(engine: options.engine, level: options.level)
  }

  /// Adds one line.
  func append(_ item: ManifestItem) throws(SnapshotError) {
    encoder.removeAll()
    encoder.append(item)
    try append(lines: encoder.text)
  }

  /// Adds lines already written by `ManifestEncoder`.
  func append(lines: [UInt8]) throws(SnapshotError) {
    text.append(contentsOf: lines)
    if text.count >= 256 << 10 { try flush() }
  }

  /// Adds a block of the current large file; `flushBlocks` after the last.
  func append(_ block: PayloadBlock) throws(SnapshotError) {
    listed.append(block)
    if listed.count == ManifestItem.blocksPerLine { try flushBlocks() }
  }

  /// Writes the line of the blocks added since the last one.
  func flushBlocks() throws(SnapshotError) {
    guard !listed.isEmpty else { return }
    try append(.blocks(listed))
    listed.removeAll(keepingCapacity: true)
  }

  /// Remembers this point, which must not lie between blocks of a file.
  func savepoint() -> Savepoint {
    Savepoint(file: file.savepoint(), text: text, root: root.copy(), totals: totals)
  }

  /// Forgets everything after `point`.
  func rollBack(to point: Savepoint) throws(SnapshotError) {
    try file.rollBack(to: point.file)
    text = point.text
    root = point.root.copy()
    totals = point.totals
    listed.removeAll()
  }

  /// Writes packs, totals and the footer, and makes the manifest durable under its name.
  func publish(packs: [SnapshotRecord.Object], to layout: RepositoryLayout) throws(SnapshotError)
    -> SnapshotRecord.Object
  {
    for pack in packs { try append(.pack(pack)) }
    try flush()
    totals.root = root.copy().finish()
    try append(.end(totals))
    try flush()
    let digest = file.memberDigest
    output.reserve(GzipBlockCodec.capacity(for: 0))
    try add { () throws(GzipBlockCodec.Failure) in try codec.encodeFooter(digest: digest, into: output.bytes)
    }
    let object = file.seal()
    let finished = try file.finish(object)
    let name = layout.manifest(object.sha256)
    try onFiles("cannot complete the manifest") { () throws(FileError) in
      try finished.publish(as: name)
      try DurableFile.syncDirectory(ofFile: name)
    }
    return object
  }

  private func flush() throws(SnapshotError) {
    guard !text.isEmpty else { return }
    root.update(text)
    output.reserve(GzipBlockCodec.capacity(for: text.count))
    let lines = text
    try add { () throws(GzipBlockCodec.Failure) in
      var result: Result<GzipBlockTag, GzipBlockCodec.Failure> = .failure(.malformed)
      lines.withUnsafeBytes { bytes in
        result = Result { () throws(GzipBlockCodec.Failure) in try codec.encode(bytes, into: output.bytes) }
      }
      return try result.get()
    }
    text.removeAll(keepingCapacity: true)
  }

  private func add(_ make: () throws(GzipBlockCodec.Failure) -> GzipBlockTag) throws(SnapshotError) {
    let tag: GzipBlockTag
    do { tag = try make() } catch { throw SnapshotError.unfaithful("the manifest") }
    output.count = tag.storedSize
    _ = try file.append(output.content, digest: tag.digest)
  }
}

extension SnapshotError {
  /// Compressed bytes that do not give back what was compressed.
  static func unfaithful(_ place: String) -> SnapshotError {
    SnapshotError(
      .io, "\(place) did not survive compression: what was inflated again is not what was read",
      remedy: "check this machine's memory; nothing was stored")
  }
}
