import BackendKit

/// The files that further names refer to: each must be a regular file of the same snapshot, or a restore would find
/// nothing to link to when all else is written.
///
/// A manifest is read forwards and a link comes after its file, so this takes a second reading; snapshots without
/// further names need none.
struct HardLinkTargets {
  private var wanted: Set<[UInt8]> = []

  /// Call for each line of a first reading.
  mutating func note(_ item: ManifestItem) {
    if case .hardLink(_, let existing) = item { wanted.insert(existing) }
  }

  /// Reads the manifest again; throws `damaged` when a name refers to anything but a file.
  func check(in manifest: ManifestReader) throws(SnapshotError) {
    guard !wanted.isEmpty else { return }
    var missing = wanted
    try manifest.forEach { (item) throws(SnapshotError) in
      if case .file(let entry) = item { missing.remove(entry.path) }
    }
    // The least, so that the same manifest always gives the same text.
    guard let path = missing.min(by: { $0.lexicographicallyPrecedes($1) }) else { return }
    throw .damaged(
      "the manifest `\(RepositoryLayout.manifestName(manifest.record.manifest.sha256))` has a second name of "
        + "`\(RelativePath.shown(path))`, which is no file of the snapshot")
  }
}
