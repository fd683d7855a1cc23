import HostSystem
import Values

/// A large file being read in blocks.
final class LargeFile: Sendable {
  let path: [UInt8]
  let status: FileStatus
  let file: SharedFile
  let blockSize: Int
  /// Ranges of blocks that hold data; the others are holes.
  let data: [Range<Int64>]

  init(path: [UInt8], status: FileStatus, file: SharedFile, blockSize: Int, data: [Range<Int64>]) {
    self.path = path
    self.status = status
    self.file = file
    self.blockSize = blockSize
    self.data = data
  }

  var blockCount: Int64 { FileEntry.blocks(of: blockSize, in: status.size) }
  var dataBlocks: Int64 { data.reduce(0) { $0 + $1.upperBound - $1.lowerBound } }
  /// The ranges of bytes that are stored.
  var dataBytes: [Range<Int64>] {
    data.map { $0.lowerBound * Int64(blockSize)..<min($0.upperBound * Int64(blockSize), status.size) }
  }
  /// Whole blocks are holes, so that the archive needs the sparse form.
  var hasHoles: Bool { dataBlocks < blockCount }

  /// The bytes of one block.
  func range(of block: Int64) -> Range<Int64> {
    block * Int64(blockSize)..<min((block + 1) * Int64(blockSize), status.size)
  }

  var entry: FileEntry {
    FileEntry(
      path: path, metadata: NodeMetadata(status), size: status.size,
      content: .blocks(size: blockSize, count: dataBlocks), isSparse: status.isSparse)
  }

  /// Header, and for a file with holes the map of its data.
  var header: [UInt8] {
    hasHoles
      ? TarHeader.makeSparse(path: path, metadata: NodeMetadata(status), size: status.size, data: dataBytes)
      : TarHeader.make(.file, path: path, metadata: NodeMetadata(status), size: status.size)
  }

  /// Zeros after the content.
  var padding: Int { TarHeader.padding(after: dataBytes.reduce(0) { $0 + $1.upperBound - $1.lowerBound }) }
}

/// One entry of a block that many share.
struct PackedItem: Sendable {
  enum Kind: Sendable {
    case directory
    case file
    case link(target: [UInt8])
    case hardLink(of: [UInt8])
    /// Not kept; only named.
    case skipped(reason: String)
  }

  var path: [UInt8]
  var status: FileStatus
  var kind: Kind

  /// About how many bytes it adds to a block.
  var weight: Int {
    switch kind {
    case .file: 512 + Int(status.size) + TarHeader.padding(after: status.size)
    case .skipped: 0
    default: 512
    }
  }
}

/// What a worker is asked to do.
enum BackupJob: Sendable {
  /// Read small files and make one block of them.
  case packed([PackedItem])
  /// Make the block that precedes a large file's content.
  case begin(LargeFile)
  /// Read one block of a large file.
  case block(LargeFile, index: Int64)
  /// Nothing; marks the end of a large file for the writer.
  case end(LargeFile)
}

/// What a worker made.
enum BackupPiece: Sendable {
  case packed(RawBlock?, GzipBlockTag?, PackedOutcome, weight: Int)
  case begin(RawBlock, GzipBlockTag, LargeFile)
  case block(RawBlock, GzipBlockTag, LargeFile, index: Int64)
  case end(LargeFile)
}

/// What a packed block adds to the manifest.
struct PackedOutcome: Sendable {
  var lines: [UInt8] = []
  var totals = ManifestEnd()
  var skippedExamples: [String] = []
  /// Whether any file's content is in the block.
  var hasContent = false
}

extension NodeMetadata {
  init(_ status: FileStatus) {
    self.init(mode: status.mode, user: status.user, group: status.group, modified: status.modified)
  }
}

extension FileStatus {
  /// Takes less space than its size, by a page at least.
  var isSparse: Bool { allocated + 4096 <= size }
}
