import Glibc

/// Folders as trees of byte-string names: a name need not be UTF-8 to be counted or removed.
enum FileTree {
  /// Makes the folder and those above it.
  static func makeFolder(_ path: String) throws(ExampleError) {
    guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw .system("cannot make the folder `\(path)`")
    }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw .system("cannot make the folder `\(path)`")
    }
  }

  /// How many entries that are not folders stand at or below the path; 0 where nothing is.
  static func count(_ path: String) throws(ExampleError) -> Int {
    try walk(path, removing: false)
  }

  /// Removes what stands at the path and below, following no link; answers how many entries were not folders.
  @discardableResult
  static func remove(_ path: String) throws(ExampleError) -> Int {
    let count = try walk(path, removing: true)
    guard rmdir(path) == 0 || errno == ENOENT else { throw .system("cannot remove `\(path)`") }
    return count
  }

  private static func walk(_ path: String, removing: Bool) throws(ExampleError) -> Int {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return 0 }
      throw .system("cannot read the folder `\(path)`")
    }
    return try walk(descriptor, under: path, removing: removing)
  }

  /// Does the walk below one open folder.
  ///
  /// Takes over the descriptor; `root` is for error texts alone.
  private static func walk(_ descriptor: Int32, under root: String, removing: Bool) throws(ExampleError)
    -> Int
  {
    guard let folder = fdopendir(descriptor) else {
      close(descriptor)
      throw .system("cannot read a folder under `\(root)`")
    }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
      }
      if name == [46, 0] || name == [46, 46, 0] { continue }
      var status = stat()
      guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
        throw .system("cannot look at an entry under `\(root)`")
      }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      if isFolder {
        let child = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard child >= 0 else { throw .system("cannot read a folder under `\(root)`") }
        count += try walk(child, under: root, removing: removing)
      } else {
        count += 1
      }
      guard !removing || unlinkat(descriptor, name, isFolder ? AT_REMOVEDIR : 0) == 0 else {
        throw .system("cannot remove an entry under `\(root)`")
      }
    }
    return count
  }
}
