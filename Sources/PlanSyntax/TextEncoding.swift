import Diagnostics

/// Decides whether bytes are UTF-8, and says what they are when they are not.
enum TextEncoding {
  /// Whether the text begins with the UTF-8 byte order mark, which is accepted and ignored.
  static func hasByteOrderMark(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xEF, 0xBB, 0xBF]) }

  /// What is wrong with the encoding, if anything.
  static func finding(in bytes: [UInt8]) -> Diagnostic? {
    if let other = otherUnicode(bytes) {
      return Diagnostic(
        .notUTF8, "the plan is written in \(other), not in UTF-8", at: .beginning,
        hint: "save it as UTF-8, or convert it: `iconv -f \(other) -t UTF-8`")
    }
    do {
      _ = try UTF8Span(validating: bytes.span)
      return nil
    } catch {
      let offset = error.byteOffsets.lowerBound
      let place = position(of: offset, in: bytes)
      let byte = String(bytes[offset], radix: 16, uppercase: true)
      let end = SourcePosition(line: Int(place.line), column: Int(place.column) + 1)
      return Diagnostic(
        .notUTF8, "the byte 0x\(byte.count == 1 ? "0" : "")\(byte) is not UTF-8 text",
        at: SourceRange(start: place, end: end), hint: "save the file as UTF-8; was it written as Latin-1?")
    }
  }

  /// UTF-16 or UTF-32, by its byte order mark or by the zero bytes beside ASCII letters.
  private static func otherUnicode(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return "UTF-32" }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    guard bytes.count >= 4 else { return nil }
    let zeros = bytes.prefix(4).map { $0 == 0 }
    return zeros == [true, false, true, false] || zeros == [false, true, false, true] ? "UTF-16" : nil
  }

  /// Where the byte at `offset` stands; the bytes before it are UTF-8.
  private static func position(of offset: Int, in bytes: [UInt8]) -> SourcePosition {
    let start = hasByteOrderMark(bytes) ? 3 : 0
    var line = 1
    var column = 1
    for index in start..<max(start, offset) {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && bytes[index + 1] != UInt8(ascii: "\n"))
      {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return SourcePosition(line: line, column: column)
  }
}
