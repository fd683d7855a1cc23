import HostSystem

/// The file systems that this process sees, and where they are mounted.
struct MountTable: Sendable {
  /// One mounted file system.
  struct Mount: Sendable, Equatable {
    /// Where.
    let path: String
    /// Its type, `ext4`.
    let type: String
    /// What is mounted there: `/dev/vda1`, `filer:/orders`, `tmpfs`.
    var source = ""
    /// The number of its device, `254:1`.
    var device = ""
    /// Whether nothing can be written to it through this mount.
    let isReadOnly: Bool
  }

  /// In the order of mounting: of two at one place, the later is seen.
  let mounts: [Mount]

  /// Reads the table of the running system.
  static func current() throws(FileError) -> MountTable {
    let path = "/proc/self/mountinfo"
    // More than any machine has mounted.
    let bytes = try FileDescriptor.open(path).remainder(limit: 64 << 20, path: path)
    return MountTable(mountinfo: String(decoding: bytes, as: UTF8.self))
  }

  /// Reads the text of `/proc/<pid>/mountinfo`; lines of another form are left out.
  init(mountinfo text: String) {
    mounts = text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else {
        return nil
      }
      return Mount(
        path: Self.unescaped(fields[4]), type: String(fields[dash + 1]),
        source: dash + 2 < fields.count ? Self.unescaped(fields[dash + 2]) : "", device: String(fields[2]),
        isReadOnly: fields[5].split(separator: ",").contains("ro")
          || (dash + 3 < fields.count && fields[dash + 3].split(separator: ",").contains("ro")))
    }
  }

  /// Whether a file system or a single file is mounted at `path`, a path without symbolic links.
  func isMountPoint(_ path: String) -> Bool { mounts.contains { $0.path == path } }

  /// The first place below `path`, a path without symbolic links, at which something is mounted; nil when nothing is.
  func mountPoint(below path: String) -> String? {
    let prefix = path == "/" ? "/" : path + "/"
    return mounts.map(\.path).filter { $0.hasPrefix(prefix) && $0 != path }.min()
  }

  /// The mount that holds `path`, a path without symbolic links.
  func mount(of path: String) -> Mount? {
    mounts.filter { path == $0.path || path.hasPrefix($0.path == "/" ? "/" : $0.path + "/") }
      .enumerated().max { ($0.element.path.utf8.count, $0.offset) < ($1.element.path.utf8.count, $1.offset) }?
      .element
  }

  /// Blanks and backslashes are written as three octal digits.
  private static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    let input = Array(field.utf8)
    var index = 0
    while index < input.count {
      if input[index] == UInt8(ascii: "\\"), index + 3 < input.count,
        let value = UInt8(String(decoding: input[(index + 1)...(index + 3)], as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        index += 4
      } else {
        bytes.append(input[index])
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
