import BackendKit
import Values

/// Mode, owner and time of a file, directory or link.
struct NodeMetadata: Sendable, Equatable {
  var mode: UInt32
  var user: UInt32
  var group: UInt32
  /// Nanoseconds since 1970.
  var modified: Int64
}

/// Where a block is stored, and what it holds.
struct BlockLocation: Sendable, Equatable {
  /// Index into the snapshot's packs.
  var pack: Int
  /// Where the member begins in the pack.
  var offset: Int64
  /// Bytes of the member.
  var storedSize: Int
  /// Bytes of the block.
  var size: Int
  /// SHA-256 of the block.
  var digest: SHA256Digest
}

/// One block of a large file.
struct PayloadBlock: Sendable, Equatable {
  /// The number of the block: it begins at `index` times the file's block size.
  var index: Int64
  var location: BlockLocation
  /// All bytes are zero, so that nothing need be read.
  var isZeros: Bool
}

/// A regular file.
struct FileEntry: Sendable, Equatable {
  /// Where the content is.
  enum Content: Sendable, Equatable {
    case empty
    /// Whole in the current member at this offset, with this digest.
    case packed(offset: Int, digest: SHA256Digest)
    /// In that many blocks of this size, listed next; blocks not listed are holes.
    case blocks(size: Int, count: Int64)
  }

  var path: [UInt8]
  var metadata: NodeMetadata
  var size: Int64
  var content: Content
  /// The file had holes; runs of zeros come back as holes.
  var isSparse: Bool

  /// No file is as large, and numbers below it leave room to reckon with.
  static let sizeLimit: Int64 = 1 << 60

  /// Bytes without the holes that the snapshot knows of; right whatever the values are.
  var allocated: Int64 {
    guard isSparse, case .blocks(let block, let count) = content else { return size }
    let (stored, overflow) = count.multipliedReportingOverflow(by: Int64(block))
    return overflow ? size : min(size, stored)
  }

  /// How many blocks of `block` bytes it takes for `size` bytes; right even for the largest size there is.
  static func blocks(of block: Int, in size: Int64) -> Int64 {
    size / Int64(block) + (size % Int64(block) == 0 ? 0 : 1)
  }
}

/// What the first line says.
struct ManifestHead: Sendable, Equatable {
  var database: DatabaseID
  var snapshot: SnapshotID
  var engine: String
  var kind: String
  var startedAt: Timestamp
  var consistentAt: Timestamp
  /// The snapshot is one file, not a directory.
  var isSingleFile: Bool
}

/// What the last line says.
struct ManifestEnd: Sendable, Equatable {
  var files: Int64 = 0
  var directories: Int64 = 0
  var links: Int64 = 0
  var skipped: Int64 = 0
  var bytes: Int64 = 0
  /// Bytes without holes.
  var allocated: Int64 = 0
  /// SHA-256 of the text of all lines before.
  var root: SHA256Digest = .zero
}

/// One line of a manifest.
enum ManifestItem: Sendable, Equatable {
  case head(ManifestHead)
  case directory([UInt8], NodeMetadata)
  /// The member that the packed files of the following lines are in.
  case member(BlockLocation)
  case file(FileEntry)
  case blocks([PayloadBlock])
  case link([UInt8], target: [UInt8], NodeMetadata)
  case hardLink([UInt8], of: [UInt8])
  /// Something that is not kept, and why.
  case skipped([UInt8], reason: String)
  case pack(SnapshotRecord.Object)
  case end(ManifestEnd)

  /// How many blocks one line lists at most.
  static let blocksPerLine = 64
}
