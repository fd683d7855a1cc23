/// The text of a file cut into lines, for showing where a finding stands.
///
/// Lines end with LF, CRLF or CR, as editors and YAML read them; a byte order mark does not count as a column. Bytes
/// that are not UTF-8 come out as U+FFFD. Making one reads the whole text once: make it only when there is something
/// to show.
public struct SourceText: Sendable {
  /// A line longer than this is not shown: nobody reads it, and hostile files are made of it.
  public static let longestLine = 64 * 1024

  private let bytes: [UInt8]
  private let lineStarts: [Int]

  /// The text in `bytes`.
  public init(bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
    bytes.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") {
          starts.append(index)
        } else if byte == UInt8(ascii: "\r"), index == bytes.count || bytes[index] != UInt8(ascii: "\n") {
          starts.append(index)
        }
      }
    }
    lineStarts = starts
  }

  /// The given text.
  public init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  /// How many lines there are; a last line without text counts.
  public var lineCount: Int { lineStarts.count }

  /// The text of a line, from 1, without its end; nil outside the text and for a line longer than `longestLine`.
  public func line(_ number: Int) -> String? {
    guard number >= 1, number <= lineStarts.count else { return nil }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] : bytes.count
    while end > start, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") {
      end -= 1
    }
    guard end - start <= Self.longestLine else { return nil }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
