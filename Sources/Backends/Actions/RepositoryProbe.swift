import BackendKit

/// Looks whether a repository can be used; changes nothing.
enum RepositoryProbe {
  /// What the look says about reading, or also writing, snapshots.
  static func finding(_ store: any SnapshotStore, toWrite: Bool) async -> ProbeFinding {
    let status: StoreStatus
    do throws(SnapshotError) {
      status = try await store.probe()
    } catch {
      return ProbeFinding("repository", .blocked, error.description)
    }
    let subject = "repository `\(status.location)`"
    if toWrite {
      guard status.isWritable else { return ProbeFinding(subject, .blocked, "it cannot be written") }
      let free = status.freeBytes.map { ", \($0) free" } ?? ""
      return ProbeFinding(subject, .checked, (status.exists ? "writable" : "it would be made") + free)
    }
    guard status.exists else { return ProbeFinding(subject, .blocked, "there is none") }
    guard status.isReadable else { return ProbeFinding(subject, .blocked, "it cannot be read") }
    return ProbeFinding(subject, .checked, "readable")
  }
}
