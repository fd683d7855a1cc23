import Glibc

/// Reads of `/proc`, whose files answer at once and in one piece.
enum ProcessFiles {
  /// The content of a file under `/proc`, at most a few mebibytes; nil when it is gone or hidden from us.
  static func bytes(_ path: String) -> [UInt8]? {
    // Gone or hidden is an answer, whatever the reason.
    try? FileDescriptor.open(path).remainder(limit: 8 << 20, path: path)
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
