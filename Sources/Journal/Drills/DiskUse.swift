import HostSystem
import Values

/// How much space something takes.
enum DiskUse {
  /// What `path` and everything below it takes, links not followed; nil when it cannot be looked at, or is not there.
  ///
  /// For people: what cannot be read is left out.
  static func of(_ path: String) -> ByteCount? {
    // A size is shown and nothing is decided by it: what cannot be looked at, here and below, is left out.
    guard let top = try? HostPath.status(path) else { return nil }
    guard top.kind == .directory else { return ByteCount(top.allocated) }
    guard let descriptor = try? FileDescriptor.directory(path, following: false) else { return nil }
    let root = BeneathRoot(descriptor, path: path)
    var total = top.allocated
    var open: [[UInt8]] = [[UInt8(ascii: ".")]]
    while let folder = open.popLast() {
      guard let directory = try? root.open(folder, [.directory, .noFollow]),
        let names = try? DirectoryReader.names(in: directory, path: path)
      else { continue }
      for name in names {
        let relative = folder == [UInt8(ascii: ".")] ? name : folder + [UInt8(ascii: "/")] + name
        guard let status = try? root.status(relative) else { continue }
        total += status.allocated
        if status.kind == .directory { open.append(relative) }
      }
    }
    return ByteCount(total)
  }
}
