import Glibc
import Values

extension FileTree {
  /// Makes one folder, durable when it returns; an existing name is an error (`isExisting`), a missing parent too.
  public static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(FileError) {
    guard mkdir(path, mode) == 0 else { throw .current("make folder", path) }
    try DurableFile.syncDirectory(ofFile: path)
  }

  /// Makes a folder and whatever is missing above it, each with `mode` and durable; done at once when it is there.
  ///
  /// Links on the way are followed: the path is the user's own.
  public static func makeDirectories(_ path: String, mode: UInt32 = 0o700) throws(FileError) {
    guard path != "/", path != ".", !path.isEmpty else { return }
    if let status = try HostPath.status(path, followingLink: true) {
      guard status.kind == .directory else { throw FileError("make folder", path, number: ENOTDIR) }
      return
    }
    try makeDirectories(PathText.parent(of: path), mode: mode)
    do throws(FileError) {
      try makeDirectory(path, mode: mode)
    } catch {
      // Another process may have made it meanwhile.
      guard error.isExisting else { throw error }
    }
  }
}
