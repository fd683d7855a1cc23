import BackendKit
import Values

/// Writes manifest lines: JSON by hand, because a line is written for every file and `JSONEncoder` is twenty times
/// slower.
struct ManifestEncoder {
  /// The text so far.
  private(set) var text: [UInt8] = []

  mutating func removeAll() { text.removeAll(keepingCapacity: true) }

  mutating func append(_ item: ManifestItem) {
    switch item {
    case .head(let head): appendHead(head)
    case .directory(let path, let metadata):
      begin("d", path)
      append(metadata)
    case .member(let location):
      literal("{\"k\":\"m\",\"x\":")
      appendMember(location)
    case .file(let file): append(file)
    case .blocks(let blocks): append(blocks)
    case .link(let path, let target, let metadata):
      begin("l", path)
      appendBytes("to", target)
      append(metadata)
    case .hardLink(let path, let existing):
      begin("h", path)
      appendBytes("of", existing)
    case .skipped(let path, let reason):
      begin("s", path)
      appendText("w", reason)
    case .pack(let object):
      literal("{\"k\":\"p\",\"sha256\":\"\(object.sha256)\",\"bytes\":\(object.bytes.bytes)")
    case .end(let end):
      literal(
        "{\"k\":\"end\",\"files\":\(end.files),\"directories\":\(end.directories),\"links\":\(end.links)")
      literal(",\"skipped\":\(end.skipped),\"bytes\":\(end.bytes),\"allocated\":\(end.allocated)")
      literal(",\"root\":\"\(end.root)\"")
    }
    literal("}\n")
  }

  private mutating func appendHead(_ head: ManifestHead) {
    literal("{\"k\":\"head\",\"v\":1,\"database\":\"\(head.database)\",\"snapshot\":\"\(head.snapshot)\"")
    appendText("engine", head.engine)
    appendText("kind", head.kind)
    literal(
      ",\"started\":\"\(head.startedAt.rfc3339Exact)\",\"consistentAt\":\"\(head.consistentAt.rfc3339Exact)\""
    )
    literal(
      ",\"tree\":\"\(head.isSingleFile ? "file" : "directory")\",\"codec\":\"gzip\",\"hash\":\"sha256\"")
  }

  private mutating func append(_ file: FileEntry) {
    begin("f", file.path)
    literal(",\"s\":")
    number(file.size)
    append(file.metadata)
    switch file.content {
    case .empty: break
    case .packed(let offset, let digest):
      literal(",\"o\":")
      number(Int64(offset))
      literal(",\"h\":\"")
      hex(digest)
      literal("\"")
    case .blocks(let size, let count):
      literal(",\"B\":")
      number(Int64(size))
      literal(",\"n\":")
      number(count)
    }
    if file.isSparse { literal(",\"z\":1") }
  }

  private mutating func append(_ blocks: [PayloadBlock]) {
    literal("{\"k\":\"b\",\"x\":[")
    for (position, block) in blocks.enumerated() {
      literal(position == 0 ? "[" : ",[")
      number(block.index)
      literal(",")
      appendLocation(block.location)
      literal(block.isZeros ? ",1]" : ",0]")
    }
    literal("]")
  }

  private mutating func appendMember(_ location: BlockLocation) {
    literal("[")
    appendLocation(location)
    literal("]")
  }

  private mutating func appendLocation(_ location: BlockLocation) {
    number(Int64(location.pack))
    literal(",")
    number(location.offset)
    literal(",")
    number(Int64(location.storedSize))
    literal(",")
    number(Int64(location.size))
    literal(",\"")
    hex(location.digest)
    literal("\"")
  }

  private mutating func append(_ metadata: NodeMetadata) {
    literal(",\"m\":\"0")
    var shift: UInt32 = 9
    if metadata.mode > 0o777 { text.append(UInt8(48 + (metadata.mode >> 9 & 7))) }
    while shift > 0 {
      shift -= 3
      text.append(UInt8(48 + (metadata.mode >> shift & 7)))
    }
    literal("\",\"u\":")
    number(Int64(metadata.user))
    literal(",\"g\":")
    number(Int64(metadata.group))
    literal(",\"t\":")
    number(metadata.modified)
  }

  private mutating func begin(_ kind: String, _ path: [UInt8]) {
    literal("{\"k\":\"\(kind)\"")
    appendBytes("p", path)
  }

  private mutating func appendText(_ key: String, _ value: String) {
    literal(",\"\(key)\":")
    quoted(Array(value.utf8))
  }

  /// A name: as text, and exactly in base 64 when it is not UTF-8.
  private mutating func appendBytes(_ key: String, _ bytes: [UInt8]) {
    literal(",\"")
    literal(key)
    literal("\":")
    if bytes.allSatisfy({ $0 < 128 }) || String(validating: bytes, as: UTF8.self) != nil {
      quoted(bytes)
    } else {
      quoted(Array(String(decoding: bytes, as: UTF8.self).utf8))
      literal(",\"\(key)64\":\"")
      text.append(contentsOf: Base64.encode(bytes))
      literal("\"")
    }
  }

  private mutating func quoted(_ bytes: [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text.append(UInt8(ascii: "\\"))
        text.append(byte)
      case 0..<32, 127:
        literal("\\u00")
        text.append(Self.digits[Int(byte >> 4)])
        text.append(Self.digits[Int(byte & 15)])
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }

  private mutating func literal(_ value: String) { text.append(contentsOf: value.utf8) }

  private mutating func literal(_ value: StaticString) {
    text.append(contentsOf: UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
  }

  private mutating func number(_ value: Int64) {
    guard value >= 10 || value < 0 else {
      text.append(48 + UInt8(value))
      return
    }
    text.append(contentsOf: String(value).utf8)
  }

  private mutating func hex(_ digest: SHA256Digest) {
    for byte in digest.bytes {
      text.append(Self.digits[Int(byte >> 4)])
      text.append(Self.digits[Int(byte & 15)])
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
