import Glibc

/// Reads small files of which it is no error that they are missing.
public enum SmallFile {
  /// The content, cut after `limit` bytes; nil when there is no such file.
  ///
  /// The path may lead to a pipe.
  public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8]? {
    do throws(FileError) {
      return try FileDescriptor.open(path).remainder(limit: limit, path: path)
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  /// The last bytes, at most `limit`, beginning not before `offset`; nil when there is no such file.
  ///
  /// A file shorter than `offset` was cut since: then all of it is new.
  public static func tail(_ path: String, limit: Int, from offset: Int64 = 0) throws(FileError) -> [UInt8]? {
    do throws(FileError) {
      let file = try FileDescriptor.open(path)
      let size = try file.status(path: path).size
      return try file.bytes(limit, at: max(offset <= size ? offset : 0, size - Int64(limit)), path: path)
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  /// Removes a file; no such file is fine.
  public static func remove(_ path: String) throws(FileError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw .current("remove", path) }
  }
}
