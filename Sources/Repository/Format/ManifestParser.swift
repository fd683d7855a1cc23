import BackendKit
import Values

/// Reads one manifest line: what its keys must be for the kind of line it is.
struct ManifestParser {
  private let fields: ManifestFields

  static func parse(_ line: UnsafeRawBufferPointer) throws(ManifestFault) -> ManifestItem {
    try ManifestParser(fields: try ManifestFields(line)).item()
  }

  private func item() throws(ManifestFault) -> ManifestItem {
    switch fields.kind {
    case "f": return .file(try fileEntry())
    case "d": return .directory(try need(fields.path, "p"), try metadata())
    case "m":
      guard fields.arrays.count == 1, let elements = fields.arrays.first, elements.count == 5 else {
        throw ManifestFault(message: "a member line without its five values")
      }
      return .member(try location(elements, from: 0))
    case "b": return .blocks(try blocks())
    case "l":
      return .link(try need(fields.path, "p"), target: try need(fields.texts["to"], "to"), try metadata())
    case "h": return .hardLink(try need(fields.path, "p"), of: try need(fields.texts["of"], "of"))
    case "s": return .skipped(try need(fields.path, "p"), reason: try text("w"))
    case "p":
      return .pack(.init(sha256: try digest("sha256"), bytes: ByteCount(try natural("bytes"))))
    case "head": return .head(try head())
    case "end":
      return .end(
        ManifestEnd(
          files: try natural("files"), directories: try natural("directories"), links: try natural("links"),
          skipped: try natural("skipped"), bytes: try natural("bytes"),
          allocated: try natural("allocated"), root: try digest("root")))
    default: throw ManifestFault(message: "a line of unknown kind")
    }
  }

  private func fileEntry() throws(ManifestFault) -> FileEntry {
    let size = try need(fields.numbers.s, "s")
    guard size < FileEntry.sizeLimit else { throw ManifestFault(message: "a file larger than any can be") }
    let content: FileEntry.Content
    if let offset = fields.numbers.o, let digest = fields.numbers.h, fields.numbers.B == nil, offset >= 0,
      size > 0
    {
      content = .packed(offset: Int(offset), digest: digest)
    } else if let block = fields.numbers.B, let count = fields.numbers.n, fields.numbers.o == nil, count >= 0,
      size > 0,
      block >= 512, block <= Int64(RepositoryOptions.largestBlock)
    {
      content = .blocks(size: Int(block), count: count)
    } else {
      guard size == 0, fields.numbers.o == nil, fields.numbers.B == nil else {
        throw ManifestFault(message: "a file whose content is nowhere")
      }
      content = .empty
    }
    return FileEntry(
      path: try need(fields.path, "p"), metadata: try metadata(), size: size, content: content,
      isSparse: fields.numbers.z == 1)
  }

  private func blocks() throws(ManifestFault) -> [PayloadBlock] {
    guard !fields.arrays.isEmpty, fields.arrays.count <= ManifestItem.blocksPerLine else {
      throw ManifestFault(message: "a line of blocks without any, or with too many")
    }
    var result: [PayloadBlock] = []
    result.reserveCapacity(fields.arrays.count)
    for elements in fields.arrays {
      guard elements.count == 7, case .number(let index) = elements[0], index >= 0,
        case .number(let zeros) = elements[6], zeros == 0 || zeros == 1
      else { throw ManifestFault(message: "a block that is not seven values") }
      result.append(
        PayloadBlock(index: index, location: try location(elements, from: 1), isZeros: zeros == 1))
    }
    return result
  }

  private func location(_ elements: [ManifestFields.Element], from start: Int) throws(ManifestFault)
    -> BlockLocation
  {
    guard case .number(let pack) = elements[start], case .number(let offset) = elements[start + 1],
      case .number(let storedSize) = elements[start + 2], case .number(let size) = elements[start + 3],
      case .text(let hex) = elements[start + 4], let digest = ManifestFields.digest(fields.bytes[hex]),
      pack >= 0, offset >= 0,
      storedSize > 0, storedSize < 1 << 31, size >= 0, size < 1 << 31, pack < 1 << 31
    else { throw ManifestFault(message: "a block location that makes no sense") }
    return BlockLocation(
      pack: Int(pack), offset: offset, storedSize: Int(storedSize), size: Int(size), digest: digest)
  }

  private func head() throws(ManifestFault) -> ManifestHead {
    guard fields.numbers.others["v"] == 1 else {
      throw ManifestFault(message: "a manifest of an unknown version")
    }
    guard let database = DatabaseID(try text("database")), let snapshot = SnapshotID(try text("snapshot")),
      let started = Timestamp(rfc3339: try text("started")),
      let consistent = Timestamp(rfc3339: try text("consistentAt"))
    else { throw ManifestFault(message: "a head that makes no sense") }
    let tree = try text("tree")
    guard tree == "file" || tree == "directory", try text("codec") == "gzip", try text("hash") == "sha256"
    else {
      throw ManifestFault(message: "a manifest of a kind that is not known")
    }
    return ManifestHead(
      database: database, snapshot: snapshot, engine: try text("engine"), kind: try text("kind"),
      startedAt: started, consistentAt: consistent, isSingleFile: tree == "file")
  }

  private func metadata() throws(ManifestFault) -> NodeMetadata {
    guard let mode = fields.numbers.mode, let user = fields.numbers.u.flatMap(UInt32.init(exactly:)),
      let group = fields.numbers.g.flatMap(UInt32.init(exactly:)), let modified = fields.numbers.t
    else { throw ManifestFault(message: "a line without mode, owner or time") }
    return NodeMetadata(mode: mode, user: user, group: group, modified: modified)
  }

  private func need<Value>(_ value: Value?, _ key: String) throws(ManifestFault) -> Value {
    guard let value else { throw ManifestFault(message: "a line without `\(key)`") }
    return value
  }

  private func text(_ key: String) throws(ManifestFault) -> String {
    String(decoding: try need(fields.texts[key], key), as: UTF8.self)
  }

  private func natural(_ key: String) throws(ManifestFault) -> Int64 {
    let value = try need(fields.numbers.others[key], key)
    guard value >= 0 else { throw ManifestFault(message: "a negative `\(key)`") }
    return value
  }

  private func digest(_ key: String) throws(ManifestFault) -> SHA256Digest {
    guard let digest = SHA256Digest(hex: try text(key)) else {
      throw ManifestFault(message: "`\(key)` is not a digest")
    }
    return digest
  }
}
