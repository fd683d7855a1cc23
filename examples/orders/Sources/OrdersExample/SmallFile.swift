import Glibc

/// Whole files, written and read in one go.
enum SmallFile {
  /// Writes a new file of these bytes, dated `modified`; the path is zero-terminated and need not be UTF-8.
  static func write(
    _ bytes: ArraySlice<UInt8>, to path: [CChar], mode: mode_t = 0o644, modified: Instant? = nil
  ) throws(ExampleError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .system("cannot make `\(shown(path))`") }
    defer { close(descriptor) }
    try writeAll(bytes, to: descriptor, shown: shown(path))
    guard let modified else { return }
    let time = timespec(tv_sec: Int(modified.seconds), tv_nsec: 0)
    guard futimens(descriptor, [time, time]) == 0 else { throw .system("cannot date `\(shown(path))`") }
  }

  /// Writes all bytes where the descriptor stands.
  static func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, shown: String) throws(ExampleError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .system("cannot write `\(shown)`") }
      rest = rest.dropFirst(written)
    }
  }

  /// The text of a file of at most 4 KiB, nil when there is none.
  static func text(of path: String) throws(ExampleError) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .system("cannot read `\(path)`")
    }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard count >= 0 else { throw .system("cannot read `\(path)`") }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  private static func shown(_ path: [CChar]) -> String {
    String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
