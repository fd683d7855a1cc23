import Glibc

/// Whole lines to stdout and stderr, unbuffered, so that a killed service loses none of its log.
enum Console {
  static func print(_ line: String) { write(line, to: STDOUT_FILENO) }
  static func complain(_ line: String) { write(line, to: STDERR_FILENO) }

  private static func write(_ line: String, to descriptor: Int32) {
    let bytes = Array((line + "\n").utf8)
    var start = 0
    while start < bytes.count {
      let written = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      // A reader that went away is no reason to stop serving.
      if written <= 0 { return }
      start += written
    }
  }
}
