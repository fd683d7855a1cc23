import Glibc

/// The reading side of one pipe of a child: keeps the end of what comes and cuts it into lines.
struct OutputCollector: ~Copyable {
  private var end: FileDescriptor?
  private let stream: OutputStream
  private let limit: Int
  private let onLine: (@Sendable (OutputLine) -> Void)?
  private var kept: [UInt8] = []
  private var total = 0
  private var line: [UInt8] = []

  /// A line without an end is handed on when it reaches this size.
  private static let longestLine = 64 << 10

  /// Reads from `end`, which must not block; with nil there is nothing to read.
  init(
    _ end: consuming FileDescriptor?, stream: OutputStream, limit: Int,
    onLine: (@Sendable (OutputLine) -> Void)?
  ) {
    self.end = end
    self.stream = stream
    self.limit = max(0, limit)
    self.onLine = onLine
  }

  /// For `poll`: the reading end, or -1 after the end.
  var descriptor: Int32 {
    switch end {
    case .some(let end): end.number
    case .none: -1
    }
  }

  var isOpen: Bool { descriptor >= 0 }

  /// Takes what the pipe holds now.
  ///
  /// At most a mebibyte at once, so that one stream cannot starve the other or the look at deadlines.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) {
    var rounds = 16
    while isOpen, rounds > 0 {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count > 0 {
        take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        rounds -= 1
      } else if count == 0 {
        close()
      } else if errno != EINTR {
        if errno != EAGAIN { close() }
        return
      }
    }
  }

  /// Stops reading and hands on a last line without an end.
  mutating func close() {
    end = nil
    if !line.isEmpty { emit() }
  }

  /// What was kept so far.
  var captured: CapturedOutput { CapturedOutput(bytes: Array(kept.suffix(limit)), totalBytes: total) }

  private mutating func take(_ bytes: UnsafeRawBufferPointer) {
    total += bytes.count
    // Letting it grow to twice the limit makes the cost of dropping the beginning constant for each byte.
    kept.append(contentsOf: bytes)
    if kept.count > 2 * limit { kept.removeFirst(kept.count - limit) }
    guard onLine != nil else { return }
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        emit()
      } else {
        line.append(byte)
        if line.count >= Self.longestLine { emit() }
      }
    }
  }

  private mutating func emit() {
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    onLine?(OutputLine(stream: stream, text: String(decoding: line, as: UTF8.self)))
    line.removeAll(keepingCapacity: true)
  }
}
