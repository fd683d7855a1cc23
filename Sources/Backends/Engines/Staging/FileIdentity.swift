import HostSystem

/// Which file or folder stands under a name, as long as it lives.
///
/// The number of its inode alone: all names of one publication lie in one folder, and the numbers of devices change
/// when a machine starts again, which is when identities matter.
struct FileIdentity: Codable, Hashable, Sendable {
  let inode: UInt64

  init(inode: UInt64) { self.inode = inode }

  /// What `path` names now, itself not followed; nil when nothing does.
  static func at(_ path: String) throws(FileError) -> FileIdentity? {
    try HostPath.status(path).map { FileIdentity(inode: $0.inode) }
  }
}
