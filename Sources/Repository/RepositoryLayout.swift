import BackendKit
import Values

/// Where things are in a repository directory.
struct RepositoryLayout: Sendable {
  /// The directory itself, without a slash at its end.
  let root: String

  init(root: String) {
    var root = root
    while root.utf8.count > 1, root.hasSuffix("/") { root.removeLast() }
    self.root = root
  }

  var description: String { root + "/repo.json" }
  var temporary: String { root + "/tmp" }
  var series: String { root + "/series" }

  func snapshots(of database: DatabaseID) -> String { "\(series)/\(database)/snapshots" }
  func record(_ id: SnapshotID, of database: DatabaseID) -> String { "\(snapshots(of: database))/\(id).json" }
  func pack(_ digest: SHA256Digest) -> String { root + "/" + Self.packName(digest) }
  func manifest(_ digest: SHA256Digest) -> String { root + "/" + Self.manifestName(digest) }

  static func packName(_ digest: SHA256Digest) -> String {
    let hex = digest.description
    return "packs/\(hex.prefix(2))/\(hex).tar.gz"
  }

  static func manifestName(_ digest: SHA256Digest) -> String {
    let hex = digest.description
    return "manifests/\(hex.prefix(2))/\(hex).jsonl.gz"
  }
}
