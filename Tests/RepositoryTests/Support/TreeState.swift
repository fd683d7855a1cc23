import Glibc
import HostSystem
import Values

@testable import Repository

/// Everything about a tree that a restore must bring back, read independently of the code under test's own walk.
struct TreeState: Equatable {
  struct Node: Equatable, CustomStringConvertible {
    var kind: String
    var mode: UInt32
    var user: UInt32
    var group: UInt32
    var modified: Int64
    var content: SHA256Digest?
    var size: Int64
    var target: [UInt8]
    /// The first name, in order, of the same file.
    var twin: [UInt8]

    var description: String {
      "\(kind) \(String(mode, radix: 8)) \(user):\(group) t=\(modified) \(size) \(content?.short ?? "-")"
    }
  }

  var nodes: [[UInt8]: Node] = [:]

  /// Times to whole seconds when `seconds` is set; times of directories left out unless wanted.
  init(_ root: String, seconds: Bool = false, directoryTimes: Bool = true) throws {
    var twins: [UInt64: [UInt8]] = [:]
    try visit(Array(root.utf8), [], &twins, seconds, directoryTimes)
  }

  private mutating func visit(
    _ path: [UInt8], _ relative: [UInt8], _ twins: inout [UInt64: [UInt8]], _ seconds: Bool,
    _ directoryTimes: Bool
  ) throws {
    let raw = (path + [0]).map { CChar(bitPattern: $0) }
    var status = stat()
    guard lstat(raw, &status) == 0 else {
      throw FileError("stat", String(decoding: path, as: UTF8.self), number: errno)
    }
    let value = FileStatus(status)
    var node = Node(
      kind: "\(value.kind)", mode: value.mode, user: value.user, group: value.group,
      modified: seconds
        ? (value.modified >= 0 ? value.modified : value.modified - 999_999_999) / 1_000_000_000
        : value.modified,
      content: nil, size: 0, target: [], twin: relative)
    switch value.kind {
    case .file:
      node.size = value.size
      node.content = try Self.digest(raw)
      if let twin = twins[value.inode] { node.twin = twin } else { twins[value.inode] = relative }
    case .link:
      var buffer = [CChar](repeating: 0, count: 5000)
      let count = readlink(raw, &buffer, buffer.count)
      node.target = buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
    case .directory:
      if !directoryTimes { node.modified = 0 }
      let descriptor = open(raw, O_RDONLY | O_DIRECTORY)
      let names = try DirectoryReader.names(in: FileDescriptor(owning: descriptor), path: "")
      for name in names {
        try visit(
          path + [47] + name, relative.isEmpty ? name : relative + [47] + name, &twins, seconds,
          directoryTimes)
      }
    case .special: break
    }
    nodes[relative] = node
  }

  private static func digest(_ path: [CChar]) throws -> SHA256Digest {
    let file = FileDescriptor(owning: open(path, O_RDONLY))
    let hasher = SHA256Hasher()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
    defer { buffer.deallocate() }
    var offset: Int64 = 0
    while true {
      let count = try file.read(into: buffer, at: offset, path: "")
      if count == 0 { return hasher.finish() }
      hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += Int64(count)
    }
  }

  /// The differences, for a failing test to show.
  func differences(from other: TreeState) -> [String] {
    Set(nodes.keys).union(other.nodes.keys).sorted { $0.lexicographicallyPrecedes($1) }.compactMap { name in
      let (left, right) = (nodes[name], other.nodes[name])
      guard left != right else { return nil }
      return
        "\(String(decoding: name, as: UTF8.self).prefix(80)): \(left.map(\.description) ?? "missing") / \(right.map(\.description) ?? "missing")"
    }
  }
}
