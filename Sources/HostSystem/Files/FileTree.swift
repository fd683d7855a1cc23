import Glibc

/// Removes whole trees through directory handles, so that a link swapped in meanwhile is never followed out.
public enum FileTree {
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

  /// Removes `name` in an open directory and everything below it; nothing there is no error.
  ///
  /// Depth is held in memory, not on the stack or in descriptors, so that a hostile tree cannot exhaust either.
  public static func remove(
    _ name: [UInt8], in parent: borrowing FileDescriptor, shown: String
  ) throws(FileError) {
    if try unlinkOrDescend(name, parent.number, shown) { return }
    let root = openDirectory(name, parent.number)
    guard root >= 0 else {
      if errno == ENOENT { return }
      throw .current("open", shown)
    }
    var current = root
    defer { _ = close(current) }
    var path: [[UInt8]] = []
    while true {
      let listed = try names(current, shown)
      var descended = false
      for child in listed {
        let childShown =
          shown + "/" + String(decoding: Array((path + [child]).joined(separator: [47])), as: UTF8.self)
        if try unlinkOrDescend(child, current, childShown) { continue }
        let next = openDirectory(child, current)
        guard next >= 0 else { throw .current("open", childShown) }
        _ = close(current)
        current = next
        path.append(child)
        descended = true
        break
      }
      if descended { continue }
      guard let finished = path.popLast() else { break }
      let up = openat(current, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard up >= 0 else { throw .current("open the parent of", shown) }
      _ = close(current)
      current = up
      let result = BeneathRoot.withCString(finished) { unlinkat(up, $0, AT_REMOVEDIR) }
      guard result == 0 || errno == ENOENT else { throw .current("remove", shown) }
    }
    let result = BeneathRoot.withCString(name) { unlinkat(parent.number, $0, AT_REMOVEDIR) }
    guard result == 0 || errno == ENOENT else { throw .current("remove", shown) }
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

  private static func names(_ number: Int32, _ shown: String) throws(FileError) -> [[UInt8]] {
    if fchmod(number, 0o700) != 0, errno != EPERM { throw .current("make writable", shown) }
    let copy = dup(number)
    guard copy >= 0 else { throw .current("open", shown) }
    return try DirectoryReader.names(in: FileDescriptor(owning: copy), path: shown)
  }
}
