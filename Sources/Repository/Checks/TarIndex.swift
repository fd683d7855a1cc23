/// Follows a tar stream piece by piece and notes what is in it; believes nothing that it has not checked.
struct TarIndex {
  /// Entries seen, at most `limit`.
  private(set) var entries: [ArchiveScan.Entry] = []
  /// What is wrong with the stream.
  private(set) var fault: String?
  /// Whether the zeros that end an archive were seen.
  private(set) var hasEnd = false
  private let limit: Int
  private var buffer: [UInt8] = []
  /// Bytes of content still to pass over.
  private var skipping: Int64 = 0
  /// Bytes of an extended header still to collect, and its type.
  private var collecting: (type: UInt8, left: Int, padding: Int)?
  private var longName: [UInt8]?
  private var longTarget: [UInt8]?
  private var longSize: Int64?

  init(limit: Int) { self.limit = limit }

  /// The next bytes of the stream.
  mutating func feed(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while !rest.isEmpty, fault == nil {
      if skipping > 0 {
        let count = Int(min(skipping, Int64(rest.count)))
        rest = rest.dropFirst(count)
        skipping -= Int64(count)
        continue
      }
      let wanted = collecting.map { $0.left + $0.padding } ?? 512
      let count = min(wanted - buffer.count, rest.count)
      buffer.append(contentsOf: rest.prefix(count))
      rest = rest.dropFirst(count)
      guard buffer.count == wanted else { return }
      if let collected = collecting {
        collecting = nil
        takeExtension(collected.type, Array(buffer.prefix(collected.left)))
      } else {
        takeHeader()
      }
      buffer.removeAll(keepingCapacity: true)
    }
  }

  private mutating func takeHeader() {
    if buffer.allSatisfy({ $0 == 0 }) {
      hasEnd = true
      return
    }
    guard !hasEnd else {
      fault = "something follows the end of the archive"
      return
    }
    var sum = buffer.reduce(0 as Int64) { $0 + Int64($1) }
    sum += buffer[148..<156].reduce(0 as Int64) { $0 + 32 - Int64($1) }
    guard octal(148, 8) == sum, let size = octal(124, 12), let mode = octal(100, 8) else {
      fault = "a header whose sum is wrong"
      return
    }
    let type = buffer[156]
    if [UInt8(ascii: "x"), UInt8(ascii: "L"), UInt8(ascii: "K")].contains(type) {
      guard size > 0, size <= 1 << 20 else {
        fault = "an extended header of \(size) bytes"
        return
      }
      collecting = (type, Int(size), TarHeader.padding(after: size))
      return
    }
    let stored = longSize ?? size
    guard stored >= 0, stored < 1 << 62 else {
      fault = "an entry whose size makes no sense"
      return
    }
    let hasContent = type == TarHeader.Kind.file.rawValue || type == 0
    if entries.count < limit {
      entries.append(
        ArchiveScan.Entry(
          path: longName ?? name(), type: type, mode: UInt32(truncatingIfNeeded: mode & 0o7777),
          storedSize: hasContent ? stored : 0, target: longTarget ?? text(157, 100)))
    }
    if hasContent { skipping = stored + Int64(TarHeader.padding(after: stored)) }
    (longName, longTarget, longSize) = (nil, nil, nil)
  }

  private mutating func takeExtension(_ type: UInt8, _ bytes: [UInt8]) {
    switch type {
    case UInt8(ascii: "L"): longName = Array(bytes.prefix { $0 != 0 })
    case UInt8(ascii: "K"): longTarget = Array(bytes.prefix { $0 != 0 })
    default: takeRecords(bytes[...])
    }
  }

  /// `length key=value\n`, one after another.
  private mutating func takeRecords(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      let digits = rest.prefix { (48...57).contains($0) }
      guard (1...7).contains(digits.count), let length = Int(String(decoding: digits, as: UTF8.self)),
        length > digits.count + 2, length <= rest.count,
        rest[rest.startIndex + digits.count] == UInt8(ascii: " "),
        let equals = rest.prefix(length).firstIndex(of: UInt8(ascii: "="))
      else {
        fault = "a malformed extended header"
        return
      }
      let key = String(
        decoding: rest[
          (rest.startIndex + digits.count + 1)..<max(equals, rest.startIndex + digits.count + 1)],
        as: UTF8.self)
      let value = Array(rest.prefix(length).dropLast().suffix(from: equals).dropFirst())
      switch key {
      case "path", "GNU.sparse.name": longName = value
      case "linkpath": longTarget = value
      case "size": longSize = Int64(String(decoding: value, as: UTF8.self))
      default: break
      }
      rest = rest.dropFirst(length)
    }
  }

  private func name() -> [UInt8] {
    let prefix = text(345, 155)
    return prefix.isEmpty ? text(0, 100) : prefix + [UInt8(ascii: "/")] + text(0, 100)
  }

  private func text(_ offset: Int, _ count: Int) -> [UInt8] {
    Array(buffer[offset..<offset + count].prefix { $0 != 0 })
  }

  private func octal(_ offset: Int, _ count: Int) -> Int64? {
    var value: Int64 = 0
    for byte in buffer[offset..<offset + count] {
      if byte == 0 || byte == UInt8(ascii: " ") { break }
      guard (48..<56).contains(byte) else { return nil }
      value = value << 3 | Int64(byte - 48)
    }
    return value
  }
}
