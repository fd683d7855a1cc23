import Glibc

extension FileTree {
  /// Makes a folder and whatever is missing above it, each with `mode` and durable; done at once when it is there.
  ///
  /// Links on the way are followed: the path is the user's own.
  public static func makeDirectories(_ path: String, mode: UInt32 = 0o700) throws(FileError) {
    guard path != "/", path != ".", !path.isEmpty else { return }
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else { throw FileError("make folder", path, number: ENOTDIR) }
      return
    }
    let parent = DurableFile.parent(of: path)
    try makeDirectories(parent, mode: mode)
    // Another process may have made it meanwhile.
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
      throw FileError("make folder", path, number: errno)
    }
    try DurableFile.syncDirectory(parent)
  }
}
