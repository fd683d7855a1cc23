import Values

/// What stands in the file of a lease: two lines of fixed length, and the holder while there is one.
///
///     generation 00000000000000000042 9f86d081884c7d65
///     heartbeat  01763608502123456789
///     {"bootID":...,"host":"db1",...}
struct LeaseContent: Sendable, Hashable {
  /// How many times the lock was had, this time included; never goes back.
  var generation: UInt64
  /// A number that nobody else chose: tells two hosts apart that had the lock at once, on a file system whose locks do
  /// not reach other hosts.
  var token: UInt64
  /// The holder's last sign of life.
  var heartbeatAt: Timestamp
  /// Who holds the lock; nil when the last one signed off.
  var holder: LeaseHolder?

  /// Bytes of the first line, which says whose lock it is.
  static let claimLength = 49
  /// Bytes of the second line, which is written anew again and again.
  static let heartbeatLength = 32
  /// Where the holder begins; the length of a file without one.
  static let headLength = claimLength + heartbeatLength

  /// The first line.
  var claim: [UInt8] {
    Array("generation \(Self.digits(generation, 20, radix: 10)) \(Self.digits(token, 16, radix: 16))\n".utf8)
  }

  /// The second line.
  static func heartbeat(_ instant: Timestamp) -> [UInt8] {
    Array("heartbeat  \(digits(UInt64(clamping: instant.nanoseconds), 20, radix: 10))\n".utf8)
  }

  /// The whole file.
  var bytes: [UInt8] { claim + Self.heartbeat(heartbeatAt) + (holder?.line ?? []) }

  /// A content.
  init(generation: UInt64, token: UInt64, heartbeatAt: Timestamp, holder: LeaseHolder?) {
    self.generation = generation
    self.token = token
    self.heartbeatAt = heartbeatAt
    self.holder = holder
  }

  /// Reads what `bytes` gives, whatever follows it; nil when there is no head.
  ///
  /// A holder that is half written names nobody.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.headLength,
      let generation = Self.number(bytes, after: "generation ", 20, radix: 10, at: 0),
      let token = Self.number(bytes, after: " ", 16, radix: 16, at: 31), bytes[48] == UInt8(ascii: "\n"),
      let heartbeat = Self.number(bytes, after: "heartbeat  ", 20, radix: 10, at: Self.claimLength),
      bytes[80] == UInt8(ascii: "\n")
    else { return nil }
    self.generation = generation
    self.token = token
    heartbeatAt = Timestamp(nanoseconds: Int64(clamping: heartbeat))
    let rest = bytes[Self.headLength...]
    holder = rest.firstIndex(of: UInt8(ascii: "\n")).flatMap { LeaseHolder(line: Array(rest[...$0])) }
  }

  private static func number(
    _ bytes: [UInt8], after word: String, _ count: Int, radix: Int, at offset: Int
  ) -> UInt64? {
    let end = offset + word.utf8.count
    guard bytes[offset..<end].elementsEqual(word.utf8) else { return nil }
    return UInt64(String(decoding: bytes[end..<(end + count)], as: UTF8.self), radix: radix)
  }

  private static func digits(_ number: UInt64, _ count: Int, radix: Int) -> String {
    let text = String(number, radix: radix)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
