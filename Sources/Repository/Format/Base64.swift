/// RFC 4648 base 64 with padding, for names that are not UTF-8.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let chunk = bytes[index..<min(index + 3, bytes.count)]
      var word = chunk.reduce(0 as UInt32) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - chunk.count))
      for position in 0..<4 {
        result.append(position <= chunk.count ? alphabet[Int(word >> 18 & 63)] : UInt8(ascii: "="))
        word <<= 6
      }
      index += 3
    }
    return result
  }

  /// Nil unless exactly what `encode` gives for some bytes.
  static func decode(_ text: [UInt8]) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var result: [UInt8] = []
    var word: UInt32 = 0
    for (position, byte) in text.filter({ $0 != UInt8(ascii: "=") }).enumerated() {
      guard let value = alphabet.firstIndex(of: byte) else { return nil }
      word = word << 6 | UInt32(value)
      if position % 4 == 3 { result += [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)] }
    }
    switch text.filter({ $0 != UInt8(ascii: "=") }).count % 4 {
    case 2: result.append(UInt8(word >> 4 & 255))
    case 3: result += [UInt8(word >> 10 & 255), UInt8(word >> 2 & 255)]
    default: break
    }
    return encode(result) == text ? result : nil
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
