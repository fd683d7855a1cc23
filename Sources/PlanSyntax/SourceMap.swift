import CYAML
import Diagnostics

/// Turns libyaml's marks into places of the text as editors count them.
///
/// libyaml counts code points, as we do, but it also ends lines at U+0085, U+2028 and U+2029, where editors do not.
struct SourceMap {
  private let text: UnsafeBufferPointer<UInt8>
  /// For each of libyaml's lines: the editor's line, and how many columns of it stand before.
  ///
  /// Empty when they agree.
  private var exoticLines: [(line: Int, columns: Int)] = []
  /// The byte offset of every 1024th code point; empty in a text of ASCII only.
  private var checkpoints: [Int] = []

  init(_ text: UnsafeBufferPointer<UInt8>) {
    self.text = text
    if text.contains(where: { $0 >= 0x80 }) {
      measure()
      exoticLines = Self.exoticLines(in: text)
    }
  }

  /// The place at libyaml's line and column, both from 0.
  func position(line: Int, column: Int) -> SourcePosition {
    guard !exoticLines.isEmpty else { return SourcePosition(line: line + 1, column: column + 1) }
    let base = exoticLines[min(line, exoticLines.count - 1)]
    return SourcePosition(line: base.line + 1, column: base.columns + column + 1)
  }

  /// The stretch that an event covers, as libyaml sees it.
  func range(_ event: drplan_yaml_event) -> SourceRange {
    SourceRange(
      start: position(line: Int(event.start_line), column: Int(event.start_column)),
      end: position(line: Int(event.end_line), column: Int(event.end_column)))
  }

  /// The stretch of a scalar without the anchor and tag before it and, for a block, without the lines after it.
  func scalarRange(_ event: drplan_yaml_event) -> SourceRange {
    var range = range(event)
    if event.anchor != nil || event.tag != nil {
      range.start = advance(range.start, from: event.start_index, to: skippingProperties(event))
    }
    if event.style == 2 {
      let start = byteOffset(event.start_index)
      var end = byteOffset(event.end_index)
      while end > start, Self.isBlank(text[end - 1]) { end -= 1 }
      range.end = position(ofByte: end, startingAt: start, range.start)
    }
    return range
  }

  /// The place of a byte, counted on from a known one before it.
  func position(ofByte end: Int, startingAt start: Int = 0, _ place: SourcePosition? = nil) -> SourcePosition
  {
    var line = Int(place?.line ?? 1)
    var column = Int(place?.column ?? 1)
    for index in start..<max(start, min(end, text.count)) {
      let byte = text[index]
      let isReturn = byte == UInt8(ascii: "\r")
      if byte == UInt8(ascii: "\n")
        || (isReturn && (index + 1 == text.count || text[index + 1] != UInt8(ascii: "\n")))
      {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return SourcePosition(line: line, column: column)
  }

  /// The byte at which the code point with this index begins.
  func byteOffset(_ index: Int) -> Int {
    guard !checkpoints.isEmpty else { return min(index, text.count) }
    guard index >> 10 < checkpoints.count else { return text.count }
    var offset = checkpoints[index >> 10]
    var left = index & 1023
    while left > 0, offset < text.count {
      offset += 1
      while offset < text.count, text[offset] & 0xC0 == 0x80 { offset += 1 }
      left -= 1
    }
    return offset
  }

  /// The byte at which an event's value begins behind its `&anchor` and `!tag`.
  private func skippingProperties(_ event: drplan_yaml_event) -> Int {
    var offset = byteOffset(event.start_index)
    let end = byteOffset(event.end_index)
    var isComment = false
    while offset < end {
      let byte = text[offset]
      if isComment {
        isComment = byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\r")
      } else if byte == UInt8(ascii: "&") || byte == UInt8(ascii: "!") {
        while offset + 1 < end, !Self.isBlank(text[offset + 1]) { offset += 1 }
      } else if byte == UInt8(ascii: "#") {
        isComment = true
      } else if !Self.isBlank(byte) {
        return offset
      }
      offset += 1
    }
    return end
  }

  private func advance(_ place: SourcePosition, from index: Int, to offset: Int) -> SourcePosition {
    position(ofByte: offset, startingAt: byteOffset(index), place)
  }

  private mutating func measure() {
    var count = 0
    for (offset, byte) in text.enumerated() where byte & 0xC0 != 0x80 {
      if count & 1023 == 0 { checkpoints.append(offset) }
      count += 1
    }
  }

  private static func exoticLines(in text: UnsafeBufferPointer<UInt8>) -> [(line: Int, columns: Int)] {
    var lines = [(line: 0, columns: 0)]
    var line = 0
    var column = 0
    var hasExotic = false
    for (offset, byte) in text.enumerated() {
      let isReturn = byte == UInt8(ascii: "\r")
      if byte == UInt8(ascii: "\n")
        || (isReturn && (offset + 1 == text.count || text[offset + 1] != UInt8(ascii: "\n")))
      {
        line += 1
        column = 0
        lines.append((line, 0))
      } else if byte & 0xC0 != 0x80 {
        column += 1
      } else if endsExoticBreak(text, offset) {
        hasExotic = true
        lines.append((line, column))
      }
    }
    return hasExotic ? lines : []
  }

  /// Whether the byte is the last of U+0085, U+2028 or U+2029.
  private static func endsExoticBreak(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Bool {
    switch text[offset] {
    case 0x85: offset >= 1 && text[offset - 1] == 0xC2
    case 0xA8, 0xA9: offset >= 2 && text[offset - 1] == 0x80 && text[offset - 2] == 0xE2
    default: false
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
      || byte == UInt8(ascii: "\t")
  }
}
