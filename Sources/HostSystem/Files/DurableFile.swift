import Glibc
import Values

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

  /// Adds to the end of `path` in one write; the file is made with mode 0600 when it is not there.
  ///
  /// Pipes and terminals take the bytes too.
  public static func append(_ bytes: [UInt8], to path: String) throws(FileError) {
    let isNew = try HostPath.status(path, followingLink: true) == nil
    let file = try FileDescriptor.open(path, [.writeOnly, .create, .append])
    try file.append(bytes, path: path)
    // Only files have something to sync.
    guard try file.status(path: path).kind == .file else { return }
    try file.sync(path: path)
    if isNew { try syncDirectory(ofFile: path) }
  }

  /// Makes names in the directory `path` durable: what was created, renamed or removed in it.
  public static func syncDirectory(_ path: String) throws(FileError) {
    try FileDescriptor.directory(path).sync(path: path)
  }

  /// Makes the name of the file `path` durable.
  public static func syncDirectory(ofFile path: String) throws(FileError) {
    try syncDirectory(PathText.parent(of: path))
  }

  /// Reads a whole file of at most `limit` bytes.
  public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let file = try FileDescriptor.open(path)
    let size = try file.status(path: path).size
    guard size <= Int64(limit) else {
      throw .tooLarge(path, bytes: size, limit: limit)
    }
    // One more byte than the size, so that a file that grew meanwhile is seen.
    let bytes = try file.bytes(Int(size) + 1, path: path)
    guard bytes.count <= Int(size) else { throw FileError("read", path, detail: "it grew while it was read") }
    return bytes
  }

  private static func writeTemporary(
    _ bytes: [UInt8], beside path: String, mode: UInt32
  ) throws(FileError) -> String {
    let temporary = path + ".tmp-" + RandomBytes.hex(8)
    let file = try FileDescriptor.open(temporary, [.writeOnly, .create, .exclusive, .noFollow], mode: mode)
    do {
      try file.append(bytes, path: temporary)
      try file.sync(path: temporary)
    } catch {
      _ = unlink(temporary)
      throw error
    }
    return temporary
  }
}
