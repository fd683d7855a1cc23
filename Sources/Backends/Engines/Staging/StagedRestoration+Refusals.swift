import BackendKit
import HostSystem
import Values

/// What is refused before anything is touched.
extension StagedRestoration {
  /// Room to leave beside what is restored: a twentieth, at least 1 MiB, at most 1 GiB.
  static func margin(for bytes: ByteCount) -> ByteCount {
    ByteCount(min(max(bytes.bytes / 20, 1 << 20), 1 << 30))
  }

  func refuseWrongKind(_ place: RestorePlace) throws(StepFailure) {
    guard let problem = wrongKind(place) else { return }
    throw StepFailure(
      .targetUnusable, problem, remedy: "move it away or correct the path", isRetryable: false)
  }

  /// Why what stands at a place is nothing to restore over; nil when it is.
  func wrongKind(_ place: RestorePlace) -> String? {
    switch place.status?.kind {
    case .none, .file: nil
    case .directory:
      form.isAlwaysFile ? "`\(place.path)` is a folder, and \(form.noun) is a file" : nil
    case .special(let kind): "`\(place.path)` is a \(kind)"
    case .link: "`\(place.path)` is a symbolic link that cannot be followed"
    }
  }

  func refuseMountPoint(_ place: RestorePlace) throws(StepFailure) {
    let mounts = try files("reading the table of mounts") { () throws(FileError) in try MountTable.current() }
    guard let problem = Self.mountProblem(place.path, mounts) else { return }
    throw StepFailure(
      .targetUnusable, problem, remedy: "restore to a path below it or beside it, or unmount it",
      isRetryable: false)
  }

  /// Why mounts keep a place from being swapped; nil when none does. What is mounted below would go with the old data.
  static func mountProblem(_ path: String, _ mounts: MountTable) -> String? {
    if mounts.isMountPoint(path) { return mountPoint(path) }
    return mounts.mountPoint(below: path).map {
      "`\($0)` is mounted below `\(path)`, and swapping that folder would carry the mount away"
    }
  }

  func refuseUnmovable(_ place: RestorePlace) throws(StepFailure) {
    guard let problem = Self.unmovable(place) else { return }
    throw StepFailure(
      .targetUnusable, problem, remedy: "give this user the right to write it, or run as its owner with that right",
      isRetryable: false)
  }

  /// Why a folder cannot get another name; nil when it can. Its entry `..` changes with its place, so the right to write
  /// the folder around it is not enough.
  static func unmovable(_ place: RestorePlace) -> String? {
    guard place.status?.kind == .directory, !PathAccess.isWritableFolder(place.path) else { return nil }
    return "the folder `\(place.path)` cannot be written, so it cannot be swapped for another"
  }

  /// The fact, for failures and probes.
  static func mountPoint(_ path: String) -> String {
    "`\(path)` is a mount point, which cannot be swapped for something else"
  }

  func refuseLackOfSpace(_ place: RestorePlace, _ bytes: ByteCount) throws(StepFailure) {
    let free = try files("measuring the space beside `\(place.path)`") { () throws(FileError) in
      try FileSystemSpace.at(place.folder).freeBytes
    }
    guard let problem = Self.lackOfSpace(in: place.folder, free: ByteCount(free), needing: bytes) else {
      return
    }
    throw StepFailure(
      .noSpace, problem, remedy: "free space there, or restore to a larger file system", isRetryable: false)
  }

  /// Why there is no room for so many bytes; nil when there is.
  static func lackOfSpace(in folder: String, free: ByteCount, needing bytes: ByteCount) -> String? {
    let needed = bytes.bytes.addingReportingOverflow(margin(for: bytes).bytes)
    guard needed.overflow || free.bytes < needed.partialValue else { return nil }
    return "`\(folder)` has \(free) free, and the restore needs \(bytes) and \(margin(for: bytes)) to spare"
  }

  /// A folder is not put where a file is, nor a file where a folder is.
  func refuseOtherKind(than item: String, at place: RestorePlace) throws(StepFailure) {
    let staged = try files("looking at what was restored") { () throws(FileError) in try HostPath.status(item)
    }
    guard let staged, let standing = place.status, staged.kind != standing.kind else { return }
    let (new, old) = staged.kind == .directory ? ("a folder", "a file") : ("a file", "a folder")
    throw StepFailure(
      .targetUnusable, "the snapshot holds \(new), and `\(place.path)` is \(old)",
      remedy: "move it away or correct the path", isRetryable: false)
  }
}
