import BackendKit
import Values

/// Holds a manifest's lines against its own rules and the snapshot's record: after it every path is safe, every
/// parent is a directory of the snapshot, nothing comes twice, and every block lies within its pack and its file.
///
/// Memory is bounded by the depth of the tree.
struct ManifestChecker {
  private let record: SnapshotRecord
  private var hasHead = false
  private var isSingleFile = false
  private var previous: [UInt8]?
  private var openDirectories: [[UInt8]] = []
  private var member: BlockLocation?
  private var file: (path: [UInt8], size: Int64, block: Int, missing: Int64, next: Int64)?
  private var counted = ManifestEnd()
  private var packs = 0
  private var hasEnd = false

  init(record: SnapshotRecord) { self.record = record }

  mutating func accept(_ item: ManifestItem) throws(ManifestFault) {
    if case .head = item {} else if !hasHead { throw ManifestFault(message: "no head comes first") }
    if hasEnd { throw ManifestFault(message: "something follows the end") }
    if case .blocks = item {
    } else if let file, file.missing > 0 {
      throw ManifestFault(message: "`\(RelativePath.shown(file.path))` has fewer blocks than it says")
    }
    switch item {
    case .head(let head): try accept(head)
    case .directory(let path, _): try acceptDirectory(path)
    case .member(let location):
      guard location.size <= RepositoryOptions.largestPackedBlock else {
        throw ManifestFault(message: "a block of \(location.size) bytes, more than any has")
      }
      try check(location)
      member = location
    case .file(let entry): try accept(entry)
    case .blocks(let blocks): try accept(blocks)
    case .link(let path, let target, _):
      try acceptName(path)
      guard !target.isEmpty, target.count <= 4095, !target.contains(0) else {
        throw ManifestFault(message: "`\(RelativePath.shown(path))` points nowhere")
      }
      counted.links += 1
    case .hardLink(let path, let existing):
      try acceptName(path)
      try checkSafe(existing)
      guard RelativePath.isBefore(existing, path) else {
        throw ManifestFault(
          message: "`\(RelativePath.shown(path))` is a second name of something not yet seen")
      }
      counted.links += 1
    case .skipped(let path, _):
      try acceptName(path)
      counted.skipped += 1
    case .pack(let object):
      guard packs < record.packs.count, record.packs[packs] == object else {
        throw ManifestFault(message: "it names other packs than the snapshot's record")
      }
      packs += 1
    case .end(let end): try accept(end)
    }
  }

  /// Call after the last line.
  func finish() throws(ManifestFault) {
    guard hasEnd else { throw ManifestFault(message: "its end is missing") }
  }

  private mutating func accept(_ head: ManifestHead) throws(ManifestFault) {
    guard !hasHead else { throw ManifestFault(message: "a second head") }
    guard head.database == record.database, head.snapshot == record.id,
      head.consistentAt == record.consistentAt, head.kind == record.kind.rawValue
    else { throw ManifestFault(message: "it belongs to another snapshot") }
    hasHead = true
    isSingleFile = head.isSingleFile
  }

  private mutating func acceptDirectory(_ path: [UInt8]) throws(ManifestFault) {
    counted.directories += 1
    if path == RelativePath.root {
      guard previous == nil, !isSingleFile else {
        throw ManifestFault(message: "the top directory comes late")
      }
      previous = path
      return
    }
    try acceptName(path)
    openDirectories.append(path)
  }

  private mutating func accept(_ entry: FileEntry) throws(ManifestFault) {
    try acceptName(entry.path)
    counted.files += 1
    let (sum, overflow) = counted.bytes.addingReportingOverflow(entry.size)
    guard !overflow else { throw ManifestFault(message: "sizes that add up to more than there can be") }
    counted.bytes = sum
    // Never more than the sum above.
    counted.allocated += entry.allocated
    file = nil
    switch entry.content {
    case .empty: break
    case .packed(let offset, _):
      guard let member, offset <= member.size, entry.size <= Int64(member.size - offset) else {
        throw ManifestFault(message: "`\(RelativePath.shown(entry.path))` reaches beyond its block")
      }
    case .blocks(let size, let count):
      let most = FileEntry.blocks(of: size, in: entry.size)
      guard count <= most, entry.isSparse || count == most else {
        throw ManifestFault(
          message: "`\(RelativePath.shown(entry.path))` has a number of blocks that does not fit")
      }
      file = (entry.path, entry.size, size, count, 0)
    }
  }

  private mutating func accept(_ blocks: [PayloadBlock]) throws(ManifestFault) {
    guard var current = file, current.missing >= Int64(blocks.count) else {
      throw ManifestFault(message: "blocks that belong to no file")
    }
    let name = RelativePath.shown(current.path)
    for block in blocks {
      guard block.index >= current.next,
        block.index < FileEntry.blocks(of: current.block, in: current.size)
      else { throw ManifestFault(message: "block \(block.index) of `\(name)` is out of order or range") }
      let expected = min(Int64(current.block), current.size - block.index * Int64(current.block))
      guard Int64(block.location.size) == expected else {
        throw ManifestFault(message: "block \(block.index) of `\(name)` has the wrong size")
      }
      try check(block.location)
      current.next = block.index + 1
    }
    current.missing -= Int64(blocks.count)
    file = current
  }

  private mutating func accept(_ end: ManifestEnd) throws(ManifestFault) {
    counted.root = end.root
    guard counted == end, packs == record.packs.count, end.files == record.files,
      end.directories == record.directories, end.links == record.links, end.skipped == record.skipped,
      end.bytes == record.logicalBytes.bytes, end.allocated == record.allocatedBytes.bytes,
      !isSingleFile || (end.files == 1 && end.links == 0)
    else { throw ManifestFault(message: "its totals are not those of its lines and of the record") }
    hasEnd = true
  }

  private func check(_ location: BlockLocation) throws(ManifestFault) {
    guard location.pack < record.packs.count, location.storedSize > 0,
      location.offset <= record.packs[location.pack].bytes.bytes,
      Int64(location.storedSize) <= record.packs[location.pack].bytes.bytes - location.offset,
      location.storedSize <= location.size + location.size / 8192 + 256
    else { throw ManifestFault(message: "a block that lies outside its pack") }
  }

  private func checkSafe(_ path: [UInt8]) throws(ManifestFault) {
    if let fault = RelativePath.fault(path) {
      throw ManifestFault(
        message: "the path `\(RelativePath.shown(path).prefix(200))` is not allowed: \(fault)",
        isUnsafePath: true)
    }
  }

  /// Safe, after all others, and in a directory that was named.
  private mutating func acceptName(_ path: [UInt8]) throws(ManifestFault) {
    try checkSafe(path)
    if let previous, previous != RelativePath.root, !RelativePath.isBefore(previous, path) {
      throw ManifestFault(
        message: "`\(RelativePath.shown(path))` is listed twice or out of order",
        isUnsafePath: previous == path)
    }
    if isSingleFile {
      guard previous == nil, !path.contains(UInt8(ascii: "/")) else {
        throw ManifestFault(message: "more than one file in a snapshot of a single file")
      }
    } else {
      guard previous != nil else { throw ManifestFault(message: "the top directory is missing") }
    }
    let parent = RelativePath.parent(path)
    while let last = openDirectories.last, !parent.elementsEqual(last) { openDirectories.removeLast() }
    guard parent.isEmpty || openDirectories.last != nil else {
      throw ManifestFault(
        message: "`\(RelativePath.shown(path))` lies below something that is not a directory of the snapshot",
        isUnsafePath: true)
    }
    previous = path
  }
}
