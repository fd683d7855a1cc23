import Glibc

/// Reads of `/proc`, whose files answer at once and in one piece.
enum ProcessFiles {
  /// The content of a file under `/proc`, at most a few mebibytes; nil when it is gone or hidden from us.
  static func bytes(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var content: [UInt8] = []
    while content.count < 8 << 20 {
      var failed = false
      let piece = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
        let got = read(descriptor, buffer.baseAddress, buffer.count)
        failed = got < 0
        count = max(0, got)
      }
      if failed && errno != EINTR { return nil }
      if piece.isEmpty && !failed { break }
      content += piece
    }
    return content
  }

  /// The names in a folder, without `.` and `..`, in no order; nil when it is gone or hidden from us.
  static func names(in path: String) -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
          String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// All process numbers in use now, ascending.
  static var pids: [Int32] { (names(in: "/proc") ?? []).compactMap { Int32($0) }.sorted() }
}
