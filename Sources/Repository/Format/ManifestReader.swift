import BackendKit
import HostSystem
import Values

/// Reads a manifest line by line with bounded memory, checking everything on the way: gzip members, digests, lines,
/// their order and their sums, and at the end the digest of the whole against the snapshot's record.
///
/// A pass that ends without throwing has seen the genuine manifest; one that throws may have handed out lines that
/// are not, so whoever acts on lines must take back what was done.
struct ManifestReader {
  let layout: RepositoryLayout
  let record: SnapshotRecord

  private var name: String { RepositoryLayout.manifestName(record.manifest.sha256) }

  /// Hands each line to `body`, with the large file that a line of blocks belongs to.
  func forEach(_ body: (ManifestItem) throws(SnapshotError) -> Void) throws(SnapshotError) {
    let path = layout.manifest(record.manifest.sha256)
    let file = try open(path)
    let size = try onFiles("cannot read a manifest") { () throws(FileError) in
      try file.status(path: path).size
    }
    guard size == record.manifest.bytes.bytes else {
      throw .damaged("the manifest `\(name)` has \(size) bytes instead of \(record.manifest.bytes.bytes)")
    }
    var pass = Pass(reader: self, file: SharedFile(file, path: path), size: size)
    try pass.run(body)
  }

  private func open(_ path: String) throws(SnapshotError) -> FileDescriptor {
    do { return try FileDescriptor.open(path, .noFollow) } catch {
      if error.isMissing { throw .damaged("the manifest `\(name)` is missing") }
      throw SnapshotError(error, doing: "cannot read a manifest")
    }
  }

  func fault(_ fault: ManifestFault, line: Int64) -> SnapshotError {
    let message = "line \(line) of the manifest `\(name)` is refused: \(fault.message)"
    return fault.isUnsafePath
      ? SnapshotError(.unsafePath, message, remedy: "this snapshot was not written by drplan; do not use it")
      : .damaged(message)
  }

  private struct Pass {
    let reader: ManifestReader
    let file: SharedFile
    let size: Int64
    let whole = SHA256Hasher()
    let members = SHA256Hasher()
    let codec = GzipBlockCodec()
    var checker: ManifestChecker
    var root = SHA256Hasher()
    var line: Int64 = 0

    init(reader: ManifestReader, file: SharedFile, size: Int64) {
      self.reader = reader
      self.file = file
      self.size = size
      checker = ManifestChecker(record: reader.record)
    }

    mutating func run(_ body: (ManifestItem) throws(SnapshotError) -> Void) throws(SnapshotError) {
      let stored = RawBlock(capacity: 256 << 10)
      let plain = RawBlock(capacity: 512 << 10)
      var offset: Int64 = 0
      var hasFooter = false
      while offset < size {
        let tag = try member(at: offset, into: stored)
        guard !hasFooter else { throw damaged("something follows its footer") }
        if tag.flags == .footer {
          hasFooter = true
          guard tag.size == 0, tag.digest == members.copy().finish() else {
            throw damaged("its footer is wrong")
          }
        } else {
          try lines(of: tag, stored, plain, body)
          members.update(tag.digest.bytes)
        }
        whole.update(stored.content)
        offset += Int64(tag.storedSize)
      }
      guard hasFooter else { throw damaged("its footer is missing") }
      try checked { (checker) throws(ManifestFault) in try checker.finish() }
      guard whole.finish() == reader.record.manifest.sha256 else { throw damaged("its digest is wrong") }
    }

    private func member(at offset: Int64, into stored: RawBlock) throws(SnapshotError) -> GzipBlockTag {
      let header = try read(GzipBlockTag.headerSize, at: offset, into: stored)
      guard let tag = GzipBlockTag(header: header), tag.size <= RepositoryOptions.largestPackedBlock,
        tag.storedSize <= GzipBlockCodec.capacity(for: tag.size), Int64(tag.storedSize) <= size - offset
      else { throw damaged("the member at byte \(offset) is malformed") }
      _ = try read(tag.storedSize, at: offset, into: stored)
      return tag
    }

    private func read(_ count: Int, at offset: Int64, into block: RawBlock) throws(SnapshotError)
      -> UnsafeRawBufferPointer
    {
      block.reserve(count)
      let target = UnsafeMutableRawBufferPointer(rebasing: block.bytes[..<count])
      let got = try onFiles("cannot read a manifest") { () throws(FileError) in
        try file.descriptor.read(into: target, at: offset, path: file.path)
      }
      guard got == count else { throw damaged("it ends too early") }
      block.count = count
      return block.content
    }

    private mutating func lines(
      of tag: GzipBlockTag, _ stored: RawBlock, _ plain: RawBlock,
      _ body: (ManifestItem) throws(SnapshotError) -> Void
    ) throws(SnapshotError) {
      plain.reserve(tag.size)
      plain.count = tag.size
      do {
        try codec.decode(
          stored.content, digest: tag.digest,
          into: UnsafeMutableRawBufferPointer(rebasing: plain.bytes[..<tag.size]))
      } catch { throw damaged("a block of it is damaged") }
      let text = plain.content
      var start = 0
      while start < text.count {
        guard let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) else {
          throw damaged("a line crosses the end of a block")
        }
        line += 1
        let bytes = UnsafeRawBufferPointer(rebasing: text[start..<end])
        let item: ManifestItem
        do { item = try ManifestParser.parse(bytes) } catch { throw reader.fault(error, line: line) }
        try checked { (checker) throws(ManifestFault) in try checker.accept(item) }
        if case .end(let end) = item, root.copy().finish() != end.root {
          throw damaged("the digest of its lines is wrong")
        }
        try body(item)
        root.update(UnsafeRawBufferPointer(rebasing: text[start...end]))
        start = end + 1
      }
    }

    private mutating func checked(
      _ body: (inout ManifestChecker) throws(ManifestFault) -> Void
    ) throws(SnapshotError) {
      do { try body(&checker) } catch { throw reader.fault(error, line: line) }
    }

    private func damaged(_ reason: String) -> SnapshotError {
      .damaged("the manifest `\(reader.name)`: \(reason)")
    }
  }
}
