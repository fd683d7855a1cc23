import Glibc
public import Values

/// What the `DP` subfield of a gzip member says about the block in it.
public struct GzipBlockTag: Sendable, Equatable {
  /// Marks of a block.
  public struct Flags: OptionSet, Sendable, Hashable {
    /// The bits as stored.
    public let rawValue: UInt8
    /// The flags with these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Kept without compression, because compressing gained next to nothing.
    public static let stored = Flags(rawValue: 1)
    /// All bytes are zero.
    public static let zeros = Flags(rawValue: 2)
    /// Bytes of one large file and nothing else.
    public static let payload = Flags(rawValue: 4)
    /// The empty member that ends a file; its digest covers the digests of all members before it.
    public static let footer = Flags(rawValue: 8)
  }

  /// Bytes of the whole member, header and trailer included.
  public var storedSize: Int
  /// Bytes of the block.
  public var size: Int
  /// Marks.
  public var flags: Flags
  /// SHA-256 of the block.
  public var digest: SHA256Digest

  /// A tag with these values.
  public init(storedSize: Int, size: Int, flags: Flags, digest: SHA256Digest) {
    self.storedSize = storedSize
    self.size = size
    self.flags = flags
    self.digest = digest
  }

  /// Bytes before the deflate stream of every member that this program writes.
  public static let headerSize = 60
  /// Bytes around the deflate stream.
  public static let overhead = headerSize + 8

  /// Reads the header of a member; nil unless it is exactly of the form that `GzipBlockCodec` writes.
  public init?(header bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.headerSize, Self.prefix.elementsEqual(bytes.prefix(16)) else { return nil }
    storedSize = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
    size = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 20, as: UInt32.self)))
    flags = Flags(rawValue: bytes[24])
    guard bytes[25] == 0, bytes[26] == 0, bytes[27] == 0, storedSize >= Self.overhead + 2,
      let digest = SHA256Digest(bytes: bytes[28..<60])
    else { return nil }
    self.digest = digest
  }

  func write(to bytes: UnsafeMutableRawBufferPointer) {
    bytes.copyBytes(from: Self.prefix)
    bytes.storeBytes(of: UInt32(storedSize).littleEndian, toByteOffset: 16, as: UInt32.self)
    bytes.storeBytes(of: UInt32(size).littleEndian, toByteOffset: 20, as: UInt32.self)
    bytes[24] = flags.rawValue
    for index in 25..<28 { bytes[index] = 0 }
    for (index, byte) in digest.bytes.enumerated() { bytes[28 + index] = byte }
  }

  /// Magic, deflate, FEXTRA, no time, no hint, Unix; 48 bytes of extra field; subfield `DP` of 44.
  private static let prefix: [UInt8] = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, 48, 0, 0x44, 0x50, 44, 0]
}

/// Makes and opens gzip members that hold one block each, tagged so that a reader needs nothing else to find,
/// check and skip them.
///
/// One codec serves one thread at a time.
public final class GzipBlockCodec {
  private let codec: DeflateCodec
  private let hasher = SHA256Hasher()
  private var proof = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 4096)

  /// A codec on that engine.
  public init(engine: DeflateCodec.Engine = .isal, level: Int = 2) {
    codec = DeflateCodec(engine: engine, level: level)
  }

  deinit { proof.deallocate() }

  /// The room that a member of a block of `size` bytes may need.
  public static func capacity(for size: Int) -> Int {
    DeflateCodec.storedSize(of: size) + GzipBlockTag.overhead
  }

  /// Why a block could not be made or opened.
  public enum Failure: Error, Sendable, Equatable {
    /// What was just compressed does not give the same bytes back: a defect of codec or memory.
    case unfaithful
    /// The member is not well-formed, or its lengths are not those expected.
    case malformed
    /// The content does not have the digest expected.
    case wrongDigest
  }

  /// Writes `block` as one member into `output`, which must have room for `capacity(for:)` bytes.
  ///
  /// The member is inflated again and compared with `block` byte for byte before this returns, and the digest is
  /// that of the inflated bytes: what the tag vouches for is what a reader will get.
  public func encode(
    _ block: UnsafeRawBufferPointer, flags: GzipBlockTag.Flags = [],
    into output: UnsafeMutableRawBufferPointer
  ) throws(Failure) -> GzipBlockTag {
    let body = UnsafeMutableRawBufferPointer(rebasing: output[GzipBlockTag.headerSize..<(output.count - 8)])
    var flags = flags
    var written: Int?
    if gains(block, scratch: body) { written = codec.deflate(block, into: body) }
    if written.map({ block.count > 0 && $0 > block.count - block.count / 20 }) ?? true {
      flags.insert(.stored)
      written = codec.store(block, into: body)
    }
    guard let written else { throw .unfaithful }
    let stream = UnsafeRawBufferPointer(rebasing: body[..<written])
    let inflated = room(block.count)
    guard codec.inflate(stream, into: inflated),
      Self.isSame(inflated, block)
    else { throw .unfaithful }
    let digest = hasher.digest(UnsafeRawBufferPointer(inflated))
    let tag = GzipBlockTag(
      storedSize: written + GzipBlockTag.overhead, size: block.count, flags: flags, digest: digest)
    tag.write(to: output)
    let trailer = GzipBlockTag.headerSize + written
    output.storeBytes(of: codec.crc32(block).littleEndian, toByteOffset: trailer, as: UInt32.self)
    output.storeBytes(of: UInt32(block.count).littleEndian, toByteOffset: trailer + 4, as: UInt32.self)
    return tag
  }

  /// Writes the empty member that ends a file, carrying `digest`.
  public func encodeFooter(
    digest: SHA256Digest, into output: UnsafeMutableRawBufferPointer
  ) throws(Failure) -> GzipBlockTag {
    var tag = try encode(UnsafeRawBufferPointer(start: nil, count: 0), flags: .footer, into: output)
    tag.digest = digest
    tag.write(to: output)
    return tag
  }

  /// Inflates `member` into `output`, whose size must be exactly that of the block, and checks gzip's sum and
  /// the SHA-256 `digest`.
  ///
  /// The lengths in the member itself are never trusted.
  public func decode(
    _ member: UnsafeRawBufferPointer, digest: SHA256Digest, into output: UnsafeMutableRawBufferPointer
  ) throws(Failure) {
    guard let tag = GzipBlockTag(header: member), tag.storedSize == member.count, tag.size == output.count
    else {
      throw .malformed
    }
    let trailer = member.count - 8
    let body = UnsafeRawBufferPointer(rebasing: member[GzipBlockTag.headerSize..<trailer])
    guard codec.inflate(body, into: output) else { throw .malformed }
    let content = UnsafeRawBufferPointer(output)
    let sum = UInt32(littleEndian: member.loadUnaligned(fromByteOffset: trailer, as: UInt32.self))
    let size = UInt32(littleEndian: member.loadUnaligned(fromByteOffset: trailer + 4, as: UInt32.self))
    guard sum == codec.crc32(content), size == UInt32(output.count) else { throw .malformed }
    guard hasher.digest(content) == digest else { throw .wrongDigest }
  }

  /// The SHA-256 of plain bytes, with this codec's hasher.
  public func digest(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest { hasher.digest(bytes) }

  /// What the last `encode` proved the member to hold, until the next call.
  public var lastInflated: UnsafeRawBufferPointer { UnsafeRawBufferPointer(proof) }

  /// Whether the first 64 KiB shrink by a twentieth at least: asking that first spares media and archives the work.
  private func gains(_ block: UnsafeRawBufferPointer, scratch: UnsafeMutableRawBufferPointer) -> Bool {
    let sample = 64 << 10
    guard block.count >= 4 * sample else { return true }
    let size = codec.deflate(UnsafeRawBufferPointer(rebasing: block[..<sample]), into: scratch)
    return size.map { $0 <= sample - sample / 20 } ?? false
  }

  private static func isSame(_ left: UnsafeMutableRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard let one = left.baseAddress, let other = right.baseAddress else { return left.count == right.count }
    return left.count == right.count && memcmp(one, other, left.count) == 0
  }

  private func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if proof.count < count {
      proof.deallocate()
      proof = .allocate(byteCount: (count + 65_535) & ~65_535, alignment: 4096)
    }
    return UnsafeMutableRawBufferPointer(rebasing: proof[..<count])
  }
}
