import Declarations
import HostSystem
import Values

/// Looks at names and makes folders: what engines need of the file system beside reading and writing.
enum HostPath {
  /// The state of a name, itself not followed; nil when nothing stands there.
  static func status(_ path: String) throws(FileError) -> FileStatus? {
    do {
      if path == "/" { return try FileDescriptor.directory(path).status(path: path) }
      let folder = try FileDescriptor.directory(PathText.parent(of: path))
      return try DirectoryReader.status(of: Array(PathText.name(of: path).utf8), in: folder, shown: path)
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  /// Where a symbolic link points, as written in it.
  static func linkTarget(_ path: String) throws(FileError) -> String {
    let folder = try FileDescriptor.directory(PathText.parent(of: path))
    let target = try DirectoryReader.linkTarget(
      of: Array(PathText.name(of: path).utf8), in: folder, shown: path)
    guard let text = String(validating: target, as: UTF8.self) else {
      throw FileError("follow", path, detail: "it points to a name that is not UTF-8")
    }
    return text
  }

  /// The path of an existing folder without symbolic links in it.
  static func physical(_ folder: String) throws(FileError) -> String {
    let descriptor = try FileDescriptor.directory(folder)
    let table = try FileDescriptor.directory("/proc/self/fd")
    let target = try DirectoryReader.linkTarget(
      of: Array("\(descriptor.number)".utf8), in: table, shown: folder)
    guard let text = String(validating: target, as: UTF8.self) else {
      throw FileError("use", folder, detail: "its real name is not UTF-8")
    }
    return text
  }

  /// The nearest folder at or above `folder` that exists.
  static func nearestExisting(_ folder: String) throws(FileError) -> String {
    var current = folder
    while current != "/", try status(current) == nil { current = PathText.parent(of: current) }
    return current
  }

  /// Makes a folder and those above it that are missing, each with mode 0755 and durable.
  static func makeFolders(_ folder: String) throws(FileError) {
    let existing = try nearestExisting(folder)
    var current = existing
    for part in folder.dropFirst(existing.count).split(separator: "/") {
      let root = BeneathRoot(try FileDescriptor.directory(current), path: current)
      let name = Array(part.utf8)
      try root.makeDirectory(name)
      let next = current == "/" ? "/\(part)" : "\(current)/\(part)"
      try FileDescriptor.directory(next).setMetadata(
        owner: nil, mode: 0o755, modified: HostClock().now.nanoseconds, path: next)
      try DurableFile.syncDirectory(current)
      current = next
    }
  }

  /// The names in a folder, in the order of their bytes; those that are not UTF-8 are left out.
  static func names(in folder: String) throws(FileError) -> [String] {
    try DirectoryReader.names(in: FileDescriptor.directory(folder), path: folder)
      .compactMap { String(validating: $0, as: UTF8.self) }
  }
}
