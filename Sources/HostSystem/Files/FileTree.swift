import Glibc

/// Removes whole trees through directory handles, so that a link swapped in meanwhile is never followed out.
public enum FileTree {
  /// Removes a folder that nothing is in; anything else stays as it is.
  public static func removeIfEmpty(_ path: String) { _ = rmdir(path) }

  /// Removes `path` and everything below it; nothing there is no error.
  ///
  /// Links are removed, not followed.
  public static func remove(_ path: String) throws(FileError) {
    var trimmed = path
    while trimmed.utf8.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    let bytes = Array(trimmed.utf8)
    let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
    let parentPath = slash.map { $0 == 0 ? "/" : String(decoding: bytes[..<$0], as: UTF8.self) } ?? "."
    let name = slash.map { Array(bytes[($0 + 1)...]) } ?? bytes
    let parent: FileDescriptor
    do {
      parent = try FileDescriptor.directory(parentPath)
    } catch {
      if error.isMissing { return }
      throw error
    }
    try remove(name, in: parent, shown: trimmed)
  }

  /// One folder on the way down: its names were read once, so that what is large takes no longer than it must.
  private struct Level {
    /// Its name in the folder above.
    let name: [UInt8]
    let names: [[UInt8]]
    let status: FileStatus
    var next = 0
  }

  /// Removes `name` in an open directory and everything below it; nothing there is no error.
  ///
  /// Depth is held in memory, not on the stack or in descriptors, so that a hostile tree cannot exhaust either. A
  /// folder that is moved elsewhere meanwhile ends it with an error, before anything there is removed.
  public static func remove(
    _ name: [UInt8], in parent: borrowing FileDescriptor, shown: String
  ) throws(FileError) {
    if try unlinkOrDescend(name, parent.number, shown) { return }
    let root = openDirectory(name, parent.number)
    guard root >= 0 else {
      if errno == ENOENT { return }
      throw .current("open", shown)
    }
    var current = FileDescriptor(owning: root)
    var levels = [try level(name, current, shown)]
    while let level = levels.last {
      guard level.next == level.names.count else {
        let child = level.names[level.next]
        levels[levels.count - 1].next += 1
        let childShown = Self.shown(shown, levels, child)
        if try unlinkOrDescend(child, current.number, childShown) { continue }
        let next = openDirectory(child, current.number)
        guard next >= 0 else { throw .current("open", childShown) }
        current = FileDescriptor(owning: next)
        levels.append(try Self.level(child, current, childShown))
        continue
      }
      levels.removeLast()
      guard let above = levels.last else { break }
      let up = openat(current.number, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard up >= 0 else { throw .current("open the parent of", shown) }
      current = FileDescriptor(owning: up)
      guard try current.status(path: shown).isSameFile(as: above.status) else {
        throw FileError("remove", Self.shown(shown, levels, level.name), detail: "it was moved meanwhile")
      }
      let result = BeneathRoot.withCString(level.name) { unlinkat(up, $0, AT_REMOVEDIR) }
      guard result == 0 || errno == ENOENT else {
        throw .current("remove", Self.shown(shown, levels, level.name))
      }
    }
    let result = BeneathRoot.withCString(name) { unlinkat(parent.number, $0, AT_REMOVEDIR) }
    guard result == 0 || errno == ENOENT else { throw .current("remove", shown) }
  }

  private static func shown(_ root: String, _ levels: [Level], _ name: [UInt8]) -> String {
    let path = levels.dropFirst().map(\.name) + [name]
    return root + "/" + String(decoding: Array(path.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
  }

  /// True when the name is gone, false when it is a directory with something in it.
  private static func unlinkOrDescend(_ name: [UInt8], _ parent: Int32, _ shown: String) throws(FileError)
    -> Bool
  {
    if BeneathRoot.withCString(name, { unlinkat(parent, $0, 0) }) == 0 || errno == ENOENT { return true }
    guard errno == EISDIR || errno == EPERM else { throw .current("remove", shown) }
    let number = errno
    if BeneathRoot.withCString(name, { unlinkat(parent, $0, AT_REMOVEDIR) }) == 0 || errno == ENOENT {
      return true
    }
    if errno == ENOTEMPTY || errno == EEXIST { return false }
    throw FileError("remove", shown, number: errno == ENOTDIR ? number : errno)
  }

  private static func openDirectory(_ name: [UInt8], _ parent: Int32) -> Int32 {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let number = BeneathRoot.withCString(name) { openat(parent, $0, flags) }
    guard number < 0, errno == EACCES else { return number }
    // A directory of ours without permission for ourselves: give it, it is about to go.
    guard BeneathRoot.withCString(name, { fchmodat(parent, $0, 0o700, AT_SYMLINK_NOFOLLOW) }) == 0 else {
      return -1
    }
    return BeneathRoot.withCString(name) { openat(parent, $0, flags) }
  }

  private static func level(
    _ name: [UInt8], _ directory: borrowing FileDescriptor, _ shown: String
  ) throws(FileError) -> Level {
    if fchmod(directory.number, 0o700) != 0, errno != EPERM { throw .current("make writable", shown) }
    return Level(
      name: name, names: try DirectoryReader.names(in: directory, path: shown),
      status: try directory.status(path: shown))
  }
}
