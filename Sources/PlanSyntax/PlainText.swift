/// Whether a text has only characters that `PlainEvents` need not look at twice.
enum PlainText {
  /// False when there is a character that YAML forbids, or one that it treats as a line end or blank beside the
  /// space and the line feed: tabs and carriage returns too.
  static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress else { return false }
    var index = 0
    while index < text.count {
      if index + 8 <= text.count {
        let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
        if isVisibleASCII(word) {
          index += 8
          continue
        }
      }
      let byte = base[index]
      if byte < 0x20 ? byte != UInt8(ascii: "\n") : byte == 0x7F { return false }
      if byte >= 0xC2, isSpecial(text, index) { return false }
      index += 1
    }
    return true
  }

  /// Whether all eight bytes are between 0x20 and 0x7E.
  private static func isVisibleASCII(_ word: UInt64) -> Bool {
    let high: UInt64 = 0x8080_8080_8080_8080
    let below = word &- 0x2020_2020_2020_2020
    let above = word &+ 0x0101_0101_0101_0101
    return (word | below | above) & high == 0
  }

  /// U+0080 to U+009F, U+2028, U+2029, U+FEFF, U+FFFE and U+FFFF; the text is UTF-8.
  private static func isSpecial(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    guard index + 1 < text.count else { return false }
    let second = text[index + 1]
    let third = index + 2 < text.count ? text[index + 2] : 0
    return switch text[index] {
    case 0xC2: second < 0xA0
    case 0xE2: second == 0x80 && (third == 0xA8 || third == 0xA9)
    case 0xEF: (second == 0xBB && third == 0xBF) || (second == 0xBF && third >= 0xBE)
    default: false
    }
  }
}
