import HostSystem
import Synchronization

/// What a command prints, masked as it comes: its last lines, and the beginning of its standard output.
final class CommandOutput: Sendable {
  private struct Kept {
    var lines: [String] = []
    var beginning: [UInt8] = []
  }

  /// How much of the standard output later steps may use.
  static let beginningBytes = 4096

  private let mask: SecretMask
  private let kept = Mutex(Kept())

  /// Keeps output with these secrets masked.
  init(mask: SecretMask) { self.mask = mask }

  /// Takes a line and gives it masked.
  func take(_ line: OutputLine) -> String {
    let text = mask.masked(line.text)
    kept.withLock { kept in
      kept.lines.append(text)
      if kept.lines.count > 2 * ServiceProgram.keptLines { kept.lines.removeFirst(ServiceProgram.keptLines) }
      if line.stream == .output, kept.beginning.count < Self.beginningBytes {
        kept.beginning += Array(text.utf8) + [UInt8(ascii: "\n")]
      }
    }
    return text
  }

  /// The last lines of both streams that are not blank, oldest first.
  var lastLines: [String] {
    kept.withLock { $0.lines }.filter { !$0.allSatisfy(\.isWhitespace) }.suffix(ServiceProgram.keptLines)
  }

  /// The first 4 KiB of the standard output, without blanks at either end.
  var beginning: String {
    var bytes = kept.withLock { $0.beginning }.prefix(Self.beginningBytes)
    // Not to end within a character.
    while let last = bytes.last, last >= 0x80, String(validating: bytes, as: UTF8.self) == nil {
      bytes.removeLast()
    }
    let text = String(decoding: bytes, as: UTF8.self).drop(while: \.isWhitespace)
    guard let end = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(text[...end])
  }
}
