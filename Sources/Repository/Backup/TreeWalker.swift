import BackendKit
import HostSystem

/// Walks a tree in the order of the manifest: every directory before what is in it, names by their bytes.
///
/// Links are never followed. Memory is bounded by the depth and the largest directory.
struct TreeWalker {
  /// One name.
  struct Node: Sendable {
    var path: [UInt8]
    var status: FileStatus
    /// Where a symbolic link points; empty for anything else.
    var target: [UInt8]
  }

  private struct Frame {
    let path: [UInt8]
    let directory: SharedFile?
    let names: [[UInt8]]
    var next = 0
  }

  private let root: BeneathRoot
  private var frames: [Frame] = []
  private var hasStarted = false
  /// Deeper than this no directory is kept open, so that a deep tree does not run out of descriptors.
  private static let openDepth = 128

  init(root: BeneathRoot) { self.root = root }

  /// The next name, the top itself first as `.`; nil at the end.
  ///
  /// What vanished since its directory was read is reported by an error that `isMissing`; the walk can go on.
  mutating func next() throws(FileError) -> Node? {
    guard hasStarted else {
      hasStarted = true
      let status = try root.descriptor.status(path: root.path)
      try descend(RelativePath.root)
      return Node(path: RelativePath.root, status: status, target: [])
    }
    while let frame = frames.last {
      guard frame.next < frame.names.count else {
        frames.removeLast()
        continue
      }
      frames[frames.count - 1].next += 1
      return try visit(frame.names[frame.next], in: frame)
    }
    return nil
  }

  /// Leaves out what is in the directory returned last.
  mutating func skipDescendants() { if frames.last?.next == 0 { frames.removeLast() } }

  private mutating func visit(_ name: [UInt8], in frame: Frame) throws(FileError) -> Node {
    let path = RelativePath.join(frame.path, name)
    guard path.count <= 4095 else {
      throw FileError("read", root.shown(path.prefix(200)), detail: "its path is too long")
    }
    let status: FileStatus
    if let directory = frame.directory {
      status = try DirectoryReader.status(of: name, in: directory.descriptor, shown: root.shown(path))
    } else {
      status = try root.status(path)
    }
    var target: [UInt8] = []
    if status.kind == .link { target = try root.linkTarget(path) }
    if status.kind == .directory { try descend(path) }
    return Node(path: path, status: status, target: target)
  }

  private mutating func descend(_ path: [UInt8]) throws(FileError) {
    let directory = try root.open(path, [.directory, .noFollow])
    let names = try DirectoryReader.names(in: directory, path: root.shown(path))
    let shared = frames.count < Self.openDepth ? SharedFile(directory, path: root.shown(path)) : nil
    frames.append(Frame(path: path, directory: shared, names: names))
  }
}
