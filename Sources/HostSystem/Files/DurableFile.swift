import Glibc

/// Writes small files so that a crash leaves the old content or the new, never a mixture, and a success survives
/// a loss of power.
public enum DurableFile {
  /// Replaces the content of `path`: temporary file beside it, sync, rename, sync of the directory.
  public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(FileError) {
    let temporary = try writeTemporary(bytes, beside: path, mode: mode)
    do {
      try AtomicRename.replace(path, with: temporary)
    } catch {
      _ = unlink(temporary)
      throw error
    }
    try syncDirectory(ofFile: path)
  }

  /// As `write`, but an existing `path` is an error (`isExisting`) and stays as it is.
  public static func create(_ bytes: [UInt8], at path: String, mode: UInt32 = 0o600) throws(FileError) {
    let temporary = try writeTemporary(bytes, beside: path, mode: mode)
    do {
      try AtomicRename.moveWithoutReplacing(temporary, to: path)
    } catch {
      _ = unlink(temporary)
      throw error
    }
    try syncDirectory(ofFile: path)
  }

  /// Makes names in the directory `path` durable: what was created, renamed or removed in it.
  public static func syncDirectory(_ path: String) throws(FileError) {
    try FileDescriptor.directory(path).sync(path: path)
  }

  /// Makes the name of the file `path` durable.
  public static func syncDirectory(ofFile path: String) throws(FileError) {
    try syncDirectory(parent(of: path))
  }

  /// Everything before the last `/`; `.` without one.
  public static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Reads a whole file of at most `limit` bytes.
  public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let file = try FileDescriptor.open(path, O_RDONLY)
    let size = try file.status(path: path).size
    guard size <= Int64(limit) else {
      throw .tooLarge(path, bytes: size, limit: limit)
    }
    // One more byte than the size, so that a file that grew meanwhile is seen.
    var bytes = [UInt8](repeating: 0, count: Int(size) + 1)
    var result: Result<Int, FileError> = .success(0)
    bytes.withUnsafeMutableBytes { buffer in
      let target = UnsafeMutableRawBufferPointer(buffer)
      result = Result { () throws(FileError) in try file.read(into: target, at: 0, path: path) }
    }
    let count = try result.get()
    guard count <= Int(size) else { throw FileError("read", path, detail: "it grew while it was read") }
    return Array(bytes.prefix(count))
  }

  private static func writeTemporary(
    _ bytes: [UInt8], beside path: String, mode: UInt32
  ) throws(FileError) -> String {
    let temporary = path + ".tmp-" + RandomBytes.hex(8)
    let file = try FileDescriptor.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
    do {
      var result: Result<Void, FileError> = .success(())
      bytes.withUnsafeBytes { buffer in
        result = Result { () throws(FileError) in try file.write(buffer, at: 0, path: temporary) }
      }
      try result.get()
      try file.sync(path: temporary)
    } catch {
      _ = unlink(temporary)
      throw error
    }
    return temporary
  }
}
