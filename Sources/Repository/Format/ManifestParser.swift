import BackendKit
import Values

/// Why a manifest line was refused.
struct ManifestFault: Error {
  let message: String
  /// The line is well-formed, but names a place outside.
  var isUnsafePath = false
}

/// Reads one manifest line: JSON by hand, because a line is read for every file, several times; strict in the keys
/// it knows and deaf to those it does not.
struct ManifestParser {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var texts: [StaticKey: [UInt8]] = [:]
  private var path: [UInt8]?
  private var numbers = Numbers()
  private var arrays: [[Element]] = []

  private typealias StaticKey = String
  private enum Element { case number(Int64), text(Range<Int>) }
  private struct Numbers {
    var s: Int64?, u: Int64?, g: Int64?, t: Int64?, o: Int64?, B: Int64?, n: Int64?, z: Int64?
    var mode: UInt32?
    var h: SHA256Digest?
    var others: [String: Int64] = [:]
  }

  static func parse(_ line: UnsafeRawBufferPointer) throws(ManifestFault) -> ManifestItem {
    var parser = ManifestParser(bytes: line)
    return try parser.item()
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private mutating func item() throws(ManifestFault) -> ManifestItem {
    try expect("{\"k\":\"")
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") { position += 1 }
    let kind = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    try expect("\"")
    while try nextKey() {}
    guard position == bytes.count else { throw ManifestFault(message: "something follows the line's object") }
    return try build(kind)
  }

  private func build(_ kind: String) throws(ManifestFault) -> ManifestItem {
    switch kind {
    case "f": return .file(try fileEntry())
    case "d": return .directory(try need(path, "p"), try metadata())
    case "m":
      guard arrays.count == 1, let elements = arrays.first, elements.count == 5 else {
        throw ManifestFault(message: "a member line without its five values")
      }
      return .member(try location(elements, from: 0))
    case "b": return .blocks(try blocks())
    case "l": return .link(try need(path, "p"), target: try need(texts["to"], "to"), try metadata())
    case "h": return .hardLink(try need(path, "p"), of: try need(texts["of"], "of"))
    case "s": return .skipped(try need(path, "p"), reason: try text("w"))
    case "p":
      return .pack(.init(sha256: try digest("sha256"), bytes: ByteCount(try natural("bytes"))))
    case "head": return .head(try head())
    case "end":
      return .end(
        ManifestEnd(
          files: try natural("files"), directories: try natural("directories"), links: try natural("links"),
          skipped: try natural("skipped"), bytes: try natural("bytes"), root: try digest("root")))
    default: throw ManifestFault(message: "a line of unknown kind")
    }
  }

  private func fileEntry() throws(ManifestFault) -> FileEntry {
    let size = try need(numbers.s, "s")
    let content: FileEntry.Content
    if let offset = numbers.o, let digest = numbers.h, numbers.B == nil, offset >= 0, size > 0 {
      content = .packed(offset: Int(offset), digest: digest)
    } else if let block = numbers.B, let count = numbers.n, numbers.o == nil, count >= 0, size > 0,
      block >= 512, block <= Int64(RepositoryOptions.largestBlock)
    {
      content = .blocks(size: Int(block), count: count)
    } else {
      guard size == 0, numbers.o == nil, numbers.B == nil else {
        throw ManifestFault(message: "a file whose content is nowhere")
      }
      content = .empty
    }
    return FileEntry(
      path: try need(path, "p"), metadata: try metadata(), size: size, content: content,
      isSparse: numbers.z == 1)
  }

  private func blocks() throws(ManifestFault) -> [PayloadBlock] {
    guard !arrays.isEmpty, arrays.count <= ManifestItem.blocksPerLine else {
      throw ManifestFault(message: "a line of blocks without any, or with too many")
    }
    var result: [PayloadBlock] = []
    result.reserveCapacity(arrays.count)
    for elements in arrays {
      guard elements.count == 7, case .number(let index) = elements[0], index >= 0,
        case .number(let zeros) = elements[6], zeros == 0 || zeros == 1
      else { throw ManifestFault(message: "a block that is not seven values") }
      result.append(
        PayloadBlock(index: index, location: try location(elements, from: 1), isZeros: zeros == 1))
    }
    return result
  }

  private func location(_ elements: [Element], from start: Int) throws(ManifestFault) -> BlockLocation {
    guard case .number(let pack) = elements[start], case .number(let offset) = elements[start + 1],
      case .number(let storedSize) = elements[start + 2], case .number(let size) = elements[start + 3],
      case .text(let hex) = elements[start + 4], let digest = Self.digest(bytes[hex]), pack >= 0, offset >= 0,
      storedSize > 0, storedSize < 1 << 31, size >= 0, size < 1 << 31, pack < 1 << 31
    else { throw ManifestFault(message: "a block location that makes no sense") }
    return BlockLocation(
      pack: Int(pack), offset: offset, storedSize: Int(storedSize), size: Int(size), digest: digest)
  }

  private func head() throws(ManifestFault) -> ManifestHead {
    guard numbers.others["v"] == 1 else { throw ManifestFault(message: "a manifest of an unknown version") }
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
    guard let mode = numbers.mode, let user = numbers.u.flatMap(UInt32.init(exactly:)),
      let group = numbers.g.flatMap(UInt32.init(exactly:)), let modified = numbers.t
    else { throw ManifestFault(message: "a line without mode, owner or time") }
    return NodeMetadata(mode: mode, user: user, group: group, modified: modified)
  }

  private func need<Value>(_ value: Value?, _ key: String) throws(ManifestFault) -> Value {
    guard let value else { throw ManifestFault(message: "a line without `\(key)`") }
    return value
  }

  private func text(_ key: String) throws(ManifestFault) -> String {
    String(decoding: try need(texts[key], key), as: UTF8.self)
  }

  private func natural(_ key: String) throws(ManifestFault) -> Int64 {
    let value = try need(numbers.others[key], key)
    guard value >= 0 else { throw ManifestFault(message: "a negative `\(key)`") }
    return value
  }

  private func digest(_ key: String) throws(ManifestFault) -> SHA256Digest {
    guard let digest = SHA256Digest(hex: try text(key)) else {
      throw ManifestFault(message: "`\(key)` is not a digest")
    }
    return digest
  }

  // MARK: - JSON

  /// Reads `,"key":value` and keeps the value; false at the closing brace.
  private mutating func nextKey() throws(ManifestFault) -> Bool {
    guard position < bytes.count else { throw ManifestFault(message: "a line that ends too early") }
    if bytes[position] == UInt8(ascii: "}") {
      position += 1
      return false
    }
    try expect(",\"")
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") { position += 1 }
    let key = bytes[start..<position]
    try expect("\":")
    guard position < bytes.count else { throw ManifestFault(message: "a line that ends too early") }
    let isShort = key.count == 1
    switch bytes[position] {
    case UInt8(ascii: "\""):
      if isShort, key.first == UInt8(ascii: "h") {
        let raw = try rawString()
        guard let digest = Self.digest(bytes[raw]) else {
          throw ManifestFault(message: "`h` is not a digest")
        }
        numbers.h = digest
      } else if isShort, key.first == UInt8(ascii: "m") {
        numbers.mode = try mode(try rawString())
      } else {
        try keep(try string(), for: key, isShort: isShort)
      }
    case UInt8(ascii: "["):
      guard arrays.isEmpty, isShort, key.first == UInt8(ascii: "x") else {
        throw ManifestFault(message: "an array where none belongs")
      }
      try readArrays()
    default: keep(try number(), for: key, isShort: isShort)
    }
    return true
  }

  private mutating func keep(
    _ value: [UInt8], for key: Slice<UnsafeRawBufferPointer>, isShort: Bool
  ) throws(ManifestFault) {
    if isShort, key.first == UInt8(ascii: "p") {
      guard path == nil else { throw ManifestFault(message: "a line with two paths") }
      path = value
      return
    }
    let name = String(decoding: key, as: UTF8.self)
    if name.hasSuffix("64") {
      guard let exact = Base64.decode(value) else { throw ManifestFault(message: "`\(name)` is not base 64") }
      if name == "p64" { path = exact } else { texts[String(name.dropLast(2))] = exact }
    } else {
      texts[name] = value
    }
  }

  private mutating func keep(_ value: Int64, for key: Slice<UnsafeRawBufferPointer>, isShort: Bool) {
    guard isShort, let letter = key.first else {
      numbers.others[String(decoding: key, as: UTF8.self)] = value
      return
    }
    switch letter {
    case UInt8(ascii: "s"): numbers.s = value >= 0 ? value : nil
    case UInt8(ascii: "u"): numbers.u = value
    case UInt8(ascii: "g"): numbers.g = value
    case UInt8(ascii: "t"): numbers.t = value
    case UInt8(ascii: "o"): numbers.o = value
    case UInt8(ascii: "B"): numbers.B = value
    case UInt8(ascii: "n"): numbers.n = value
    case UInt8(ascii: "z"): numbers.z = value
    default: numbers.others[String(decoding: key, as: UTF8.self)] = value
    }
  }

  /// `[1,2,"x"]` or `[[1,2],[3,4]]`.
  private mutating func readArrays() throws(ManifestFault) {
    try expect("[")
    if position < bytes.count, bytes[position] != UInt8(ascii: "[") {
      arrays.append(try elements())
      return
    }
    repeat {
      try expect("[")
      arrays.append(try elements())
      guard arrays.count <= ManifestItem.blocksPerLine else {
        throw ManifestFault(message: "too many blocks")
      }
    } while accept(",")
    try expect("]")
  }

  private mutating func elements() throws(ManifestFault) -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(7)
    repeat {
      guard position < bytes.count, result.count < 16 else {
        throw ManifestFault(message: "an array without end")
      }
      result.append(bytes[position] == UInt8(ascii: "\"") ? .text(try rawString()) : .number(try number()))
    } while accept(",")
    try expect("]")
    return result
  }

  private mutating func number() throws(ManifestFault) -> Int64 {
    let isNegative = accept("-")
    var value: Int64 = 0
    let start = position
    while position < bytes.count, case let digit = bytes[position] &- 48, digit < 10 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (difference, carry) = product.subtractingReportingOverflow(Int64(digit))
      guard !overflow, !carry else { throw ManifestFault(message: "a number that is too large") }
      value = difference
      position += 1
    }
    guard position > start, isNegative || value != .min else { throw ManifestFault(message: "not a number") }
    // Collected as a negative number, because the smallest one has no positive twin.
    return isNegative ? value : -value
  }

  /// The range of a string without escapes.
  private mutating func rawString() throws(ManifestFault) -> Range<Int> {
    try expect("\"")
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      guard bytes[position] != UInt8(ascii: "\\") else {
        throw ManifestFault(message: "an escape out of place")
      }
      position += 1
    }
    let end = position
    try expect("\"")
    return start..<end
  }

  private mutating func string() throws(ManifestFault) -> [UInt8] {
    try expect("\"")
    var start = position
    var result: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        result.append(contentsOf: bytes[start..<position])
        position += 1
        return result
      }
      if byte == UInt8(ascii: "\\") {
        result.append(contentsOf: bytes[start..<position])
        position += 1
        result.append(contentsOf: try escape())
        start = position
        continue
      }
      guard byte >= 32 else { throw ManifestFault(message: "a control character in a string") }
      position += 1
    }
    throw ManifestFault(message: "a string without end")
  }

  /// The escapes of this format: `\"`, `\\` and `\u00XX`, and JSON's other short ones.
  private mutating func escape() throws(ManifestFault) -> [UInt8] {
    guard position < bytes.count else { throw ManifestFault(message: "a string without end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "u"):
      guard position + 4 <= bytes.count else { throw ManifestFault(message: "a string without end") }
      var value: UInt32 = 0
      for _ in 0..<4 {
        guard let digit = Self.hexValue(bytes[position]) else {
          throw ManifestFault(message: "a broken escape")
        }
        value = value << 4 | UInt32(digit)
        position += 1
      }
      guard let scalar = Unicode.Scalar(value) else {
        throw ManifestFault(message: "half of a surrogate pair")
      }
      return Array(String(Character(scalar)).utf8)
    default: throw ManifestFault(message: "an unknown escape")
    }
  }

  private func mode(_ range: Range<Int>) throws(ManifestFault) -> UInt32 {
    var value: UInt32 = 0
    for byte in bytes[range] {
      guard (48..<56).contains(byte), value <= 0o777 else {
        throw ManifestFault(message: "a mode out of range")
      }
      value = value << 3 | UInt32(byte - 48)
    }
    guard !range.isEmpty, value <= 0o7777 else { throw ManifestFault(message: "a mode out of range") }
    return value
  }

  private mutating func expect(_ text: StaticString) throws(ManifestFault) {
    guard accept(text) else { throw ManifestFault(message: "not a line of a manifest") }
  }

  private mutating func accept(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    for index in 0..<count where bytes[position + index] != text.utf8Start[index] { return false }
    position += count
    return true
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 97...102: byte - 87
    case 65...70: byte - 55
    default: nil
    }
  }

  private static func digest(_ hex: Slice<UnsafeRawBufferPointer>) -> SHA256Digest? {
    guard hex.count == 64 else { return nil }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
      var index = hex.startIndex
      for position in 0..<32 {
        guard let high = hexValue(hex[index]), let low = hexValue(hex[index + 1]) else { return nil }
        buffer[position] = high << 4 | low
        index += 2
      }
      return SHA256Digest(bytes: buffer)
    }
  }
}
