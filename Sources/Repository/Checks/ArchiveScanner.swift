import BackendKit
public import HostSystem
import Values

/// What a pack says of itself, without any manifest.
public struct ArchiveScan: Sendable, Equatable {
  /// One block.
  public struct Member: Sendable, Equatable {
    /// Where its gzip member begins.
    public var offset: Int64
    /// What its header says.
    public var tag: GzipBlockTag
    /// Whether its content has the digest that the header says.
    public var isIntact: Bool
  }

  /// One entry of the tar archive.
  public struct Entry: Sendable, Equatable {
    /// The name, as raw bytes.
    public var path: [UInt8]
    /// The type as tar writes it: `0` file, `1` hard link, `2` symbolic link, `5` directory.
    public var type: UInt8
    /// Permission bits.
    public var mode: UInt32
    /// Bytes of content in the archive.
    public var storedSize: Int64
    /// Where a link points.
    public var target: [UInt8]
  }

  /// All blocks up to the first that cannot be found, in order.
  public var members: [Member] = []
  /// The tar entries of all intact blocks, at most as many as asked for.
  public var entries: [Entry] = []
  /// Everything that is wrong, with the byte it is wrong at.
  public var faults: [String] = []

  /// Whether the pack is whole and every byte of content as it was written.
  public var isIntact: Bool { faults.isEmpty }
}

/// Reads packs without a manifest: finds the blocks by their headers, checks each against its digest, and
/// lists the tar entries in them.
///
/// For rescue, for checks of a single pack, and to be fed garbage: no input makes it crash, or take more
/// memory than a few blocks.
public struct ArchiveScanner: Sendable {
  /// How many tar entries are listed at most.
  public var entryLimit: Int

  /// A scanner that lists so many entries.
  public init(entryLimit: Int = 1_000_000) { self.entryLimit = entryLimit }

  /// Scans a pack in memory.
  public func scan(_ bytes: [UInt8]) -> ArchiveScan {
    scan(size: Int64(bytes.count)) { offset, target in
      target.copyBytes(from: bytes[Int(offset)..<Int(offset) + target.count])
      return true
    }
  }

  /// Scans the pack at `path`.
  public func scan(packAt path: String) throws(FileError) -> ArchiveScan {
    let file = try FileDescriptor.open(path)
    let size = try file.status(path: path).size
    return scan(size: size) { offset, target in
      // A read that fails shows as a fault at that byte.
      (try? file.read(into: target, at: offset, path: path)) == target.count
    }
  }

  private func scan(size: Int64, read: (Int64, UnsafeMutableRawBufferPointer) -> Bool) -> ArchiveScan {
    var scan = ArchiveScan()
    var index = TarIndex(limit: entryLimit)
    let stored = RawBlock(capacity: 64 << 10)
    let plain = RawBlock(capacity: 64 << 10)
    let codec = GzipBlockCodec()
    let digests = SHA256Hasher()
    var offset: Int64 = 0
    var hasFooter = false
    var isWhole = true
    while offset < size {
      stored.count = 0
      stored.reserve(GzipBlockTag.headerSize)
      let header = UnsafeMutableRawBufferPointer(rebasing: stored.bytes[..<GzipBlockTag.headerSize])
      guard !hasFooter, size - offset >= Int64(header.count), read(offset, header),
        let tag = GzipBlockTag(header: UnsafeRawBufferPointer(header)),
        tag.size <= RepositoryOptions.largestPackedBlock,
        tag.storedSize <= GzipBlockCodec.capacity(for: tag.size),
        Int64(tag.storedSize) <= size - offset
      else {
        scan.faults.append(
          hasFooter ? "byte \(offset): something follows the footer" : "byte \(offset): no block begins here")
        return finish(scan, index, hasFooter: true)
      }
      stored.reserve(tag.storedSize)
      let whole = UnsafeMutableRawBufferPointer(rebasing: stored.bytes[..<tag.storedSize])
      plain.reserve(tag.size)
      let output = UnsafeMutableRawBufferPointer(rebasing: plain.bytes[..<tag.size])
      let isRead = read(offset, whole)
      var isIntact = false
      if tag.flags == .footer {
        hasFooter = true
        isIntact = isRead && tag.digest == digests.copy().finish() && tag.size == 0
      } else if isRead {
        // Either way of failing is the same to a scan.
        isIntact = (try? codec.decode(UnsafeRawBufferPointer(whole), digest: tag.digest, into: output)) != nil
        digests.update(tag.digest.bytes)
      }
      scan.members.append(.init(offset: offset, tag: tag, isIntact: isIntact))
      if !isIntact {
        scan.faults.append("byte \(offset): \(hasFooter ? "the footer does not match" : "a damaged block")")
        isWhole = false
      }
      // After a lost block nobody knows where the next entry begins.
      if isWhole, !hasFooter { index.feed(UnsafeRawBufferPointer(output)) }
      offset += Int64(tag.storedSize)
    }
    return finish(scan, index, hasFooter: hasFooter)
  }

  private func finish(_ scan: ArchiveScan, _ index: TarIndex, hasFooter: Bool) -> ArchiveScan {
    var scan = scan
    scan.entries = index.entries
    if let fault = index.fault { scan.faults.append("tar: \(fault)") }
    if !hasFooter { scan.faults.append("the footer is missing: the end is cut off") }
    if scan.faults.isEmpty, !index.hasEnd { scan.faults.append("tar: the archive has no end") }
    return scan
  }
}
