import Values

/// The keys and values of one manifest line.
///
/// JSON by hand, because a line is read for every file, several times, and `JSONDecoder` is some twenty times slower;
/// strict in what this format needs of JSON, and keeping keys that nobody asks for only until the line is done.
struct ManifestFields {
  /// A value in an array.
  enum Element { case number(Int64), text(Range<Int>) }

  /// The values of the keys of one letter, and the numbers of all others.
  struct Numbers {
    var s: Int64?, u: Int64?, g: Int64?, t: Int64?, o: Int64?, B: Int64?, n: Int64?, z: Int64?
    var mode: UInt32?
    var h: SHA256Digest?
    var others: [String: Int64] = [:]
  }

  let bytes: UnsafeRawBufferPointer
  /// The value of `k`.
  private(set) var kind = ""
  private(set) var path: [UInt8]?
  private(set) var texts: [String: [UInt8]] = [:]
  private(set) var numbers = Numbers()
  /// The value of `x`: one array, or an array of them.
  private(set) var arrays: [[Element]] = []
  private var position = 0

  /// Reads the one object that the line must be.
  init(_ line: UnsafeRawBufferPointer) throws(ManifestFault) {
    bytes = line
    try expect("{\"k\":\"")
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") { position += 1 }
    kind = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    try expect("\"")
    while try nextKey() {}
    guard position == bytes.count else { throw ManifestFault(message: "something follows the line's object") }
  }

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

  static func digest(_ hex: Slice<UnsafeRawBufferPointer>) -> SHA256Digest? {
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
