import Values

/// Writes the headers of tar entries: POSIX ustar, with PAX records for what does not fit, and GNU's sparse
/// form 1.0 for files with large holes.
///
/// GNU tar and bsdtar read all of it.
enum TarHeader {
  /// What an entry is.
  enum Kind: UInt8 {
    case file = 0x30
    case hardLink = 0x31
    case symbolicLink = 0x32
    case directory = 0x35
  }

  /// The header of an entry whose content has `size` bytes; always a multiple of 512 bytes long.
  static func make(
    _ kind: Kind, path: [UInt8], target: [UInt8] = [], metadata: NodeMetadata, size: Int64 = 0
  ) -> [UInt8] {
    var path = path
    if kind == .directory { path.append(UInt8(ascii: "/")) }
    return entry(kind, path: path, target: target, metadata: metadata, size: size, records: [])
  }

  /// The header of a file of which only the `data` ranges are stored, and the map that precedes its content.
  static func makeSparse(path: [UInt8], metadata: NodeMetadata, size: Int64, data: [Range<Int64>]) -> [UInt8]
  {
    var map = Array("\(data.count + (data.last?.upperBound == size ? 0 : 1))\n".utf8)
    for range in data { map += Array("\(range.lowerBound)\n\(range.upperBound - range.lowerBound)\n".utf8) }
    if data.last?.upperBound != size { map += Array("\(size)\n0\n".utf8) }
    pad(&map)
    let stored = data.reduce(Int64(map.count)) { $0 + $1.upperBound - $1.lowerBound }
    let records = [
      record("GNU.sparse.major", Array("1".utf8)), record("GNU.sparse.minor", Array("0".utf8)),
      record("GNU.sparse.name", path), record("GNU.sparse.realsize", Array("\(size)".utf8)),
    ]
    // Readers that do not know the form see this name instead, and the map in front of the content.
    let placeholder = Array("GNUSparseFile.0/\(ShortName.short(path))".utf8)
    let header = entry(
      .file, path: placeholder, target: [], metadata: metadata, size: stored, records: records.flatMap(\.self)
    )
    return header + map
  }

  /// Zeros that complete `size` bytes to whole records of 512.
  static func padding(after size: Int64) -> Int { Int((512 - size % 512) % 512) }

  /// The zeros that end an archive.
  static let endSize = 1024

  private static func entry(
    _ kind: Kind, path: [UInt8], target: [UInt8], metadata: NodeMetadata, size: Int64, records: [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    var records = records
    var name = path
    var prefix: [UInt8] = []
    if path.count > 100 {
      if let split = ustarSplit(path) {
        (prefix, name) = split
      } else {
        name = Array(path.suffix(100))
        addLong("path", "L", path, to: &records, before: &result)
      }
    }
    var link = target
    if target.count > 100 {
      link = Array(target.prefix(100))
      addLong("linkpath", "K", target, to: &records, before: &result)
    }
    if size >= 1 << 33 { records += record("size", Array("\(size)".utf8)) }
    if metadata.user > 0o7777777 { records += record("uid", Array("\(metadata.user)".utf8)) }
    if metadata.group > 0o7777777 { records += record("gid", Array("\(metadata.group)".utf8)) }
    let seconds = metadata.modified.flooredSeconds
    if seconds < 0 || seconds >= 1 << 33 { records += record("mtime", Array("\(seconds)".utf8)) }
    if !records.isEmpty {
      result += block(
        type: UInt8(ascii: "x"), name: Array("PaxHeaders/\(ShortName.short(path))".utf8), prefix: [],
        link: [],
        mode: 0o644, user: 0, group: 0, size: Int64(records.count), seconds: 0)
      result += records
      pad(&result)
    }
    result += block(
      type: kind.rawValue, name: name, prefix: prefix, link: link, mode: metadata.mode,
      user: metadata.user > 0o7777777 ? 0 : metadata.user,
      group: metadata.group > 0o7777777 ? 0 : metadata.group,
      size: size >= 1 << 33 ? 0 : size, seconds: max(0, seconds >= 1 << 33 ? 0 : seconds))
    return result
  }

  /// PAX promises UTF-8; names that are not go into GNU's long name entries, which promise nothing.
  private static func addLong(
    _ key: String, _ type: Unicode.Scalar, _ value: [UInt8], to records: inout [UInt8],
    before result: inout [UInt8]
  ) {
    guard String(validating: value, as: UTF8.self) == nil else {
      records += record(key, value)
      return
    }
    result += block(
      type: UInt8(ascii: type), name: Array("././@LongLink".utf8), prefix: [], link: [], mode: 0o644, user: 0,
      group: 0, size: Int64(value.count + 1), seconds: 0)
    result += value + [0]
    pad(&result)
  }

  /// `prefix` and `name` of at most 155 and 100 bytes that a reader joins with a slash; nil when no slash fits.
  private static func ustarSplit(_ path: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
    // A slash at the end belongs to a directory's own name.
    let body = path.last == UInt8(ascii: "/") ? path.count - 1 : path.count
    guard path.count <= 256 else { return nil }
    var index = min(155, body - 1)
    while index > 0 {
      if path[index] == UInt8(ascii: "/"), path.count - index - 1 <= 100 {
        return (Array(path[..<index]), Array(path[(index + 1)...]))
      }
      if path.count - index - 1 > 100 { return nil }
      index -= 1
    }
    return nil
  }

  /// `length key=value\n`, where the length counts itself.
  private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let rest = key.utf8.count + value.count + 3
    var length = rest + String(rest).utf8.count
    length = rest + String(length).utf8.count
    return Array("\(length) \(key)=".utf8) + value + [UInt8(ascii: "\n")]
  }

  private static func block(
    type: UInt8, name: [UInt8], prefix: [UInt8], link: [UInt8], mode: UInt32, user: UInt32, group: UInt32,
    size: Int64, seconds: Int64
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
      for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
    }
    func octal(_ value: Int64, at offset: Int, digits: Int) {
      var value = value
      for index in stride(from: offset + digits - 1, through: offset, by: -1) {
        block[index] = UInt8(48 + value & 7)
        value >>= 3
      }
    }
    put(name, at: 0)
    octal(Int64(mode), at: 100, digits: 7)
    octal(Int64(user), at: 108, digits: 7)
    octal(Int64(group), at: 116, digits: 7)
    octal(size, at: 124, digits: 11)
    octal(seconds, at: 136, digits: 11)
    for index in 148..<156 { block[index] = UInt8(ascii: " ") }
    block[156] = type
    put(link, at: 157)
    put([0x75, 0x73, 0x74, 0x61, 0x72, 0, 0x30, 0x30], at: 257)
    put(prefix, at: 345)
    let sum = block.reduce(0 as Int64) { $0 + Int64($1) }
    octal(sum, at: 148, digits: 6)
    block[154] = 0
    return block
  }

  private static func pad(_ bytes: inout [UInt8]) {
    bytes += [UInt8](repeating: 0, count: padding(after: Int64(bytes.count)))
  }
}

/// A short stand-in for a path, for the names of helper entries.
enum ShortName {
  static func short(_ path: [UInt8]) -> String { path.isEmpty ? "0" : fnv(path) }

  private static func fnv(_ bytes: [UInt8]) -> String {
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }
}

extension Int64 {
  /// Whole seconds of nanoseconds, rounded down.
  fileprivate var flooredSeconds: Int64 {
    let quotient = self / 1_000_000_000
    return self % 1_000_000_000 < 0 ? quotient - 1 : quotient
  }
}
