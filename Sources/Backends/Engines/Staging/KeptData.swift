public import BackendKit
import HostSystem
public import RunEvents
public import Values

/// What a run keeps beside its targets to be able to go back, and how it lets go of it.
///
/// Only names that this run makes are ever looked for: `orders.db.before-<run>`, `orders.db.undone-<run>`, those with a
/// number, and the side files of each.
public enum KeptData {
  /// What stands there of what the run kept beside the targets of these publications, in the order of their names;
  /// also what a removal that was interrupted left.
  public static func paths(of publications: [Publication], run: RunID) async throws(StepFailure) -> [String] {
    try await runBlocking { () throws(StepFailure) in try standing(publications, run) }
  }

  /// How much space removing these paths gives back.
  public static func size(of paths: [String]) async throws(StepFailure) -> ByteCount {
    try await runBlockingCancellable { (flag) throws(StepFailure) in
      try files("measuring what is kept") { () throws(FileError) in
        var bytes: Int64 = 0
        for path in paths { bytes += try Self.bytes(at: path, flag) }
        return ByteCount(bytes)
      }
    }
  }

  /// Removes what the run kept beside the targets of these publications; how much space that gave back.
  ///
  /// There is no way back from its first moment on: each path gets another name first, so that nothing half removed is
  /// ever taken for what was kept. Safe to call again after a failure, a cancellation or a crash. Refused while a swap
  /// of the run waits to be finished there.
  public static func remove(_ publications: [Publication], run: RunID) async throws(StepFailure) -> ByteCount
  {
    try await runBlockingCancellable { (flag) throws(StepFailure) in
      try refuseUnfinished(publications, run)
      var freed: Int64 = 0
      for path in try standing(publications, run) {
        guard !flag.isCancelled else { throw .cancelled("removing what the run \(run) kept") }
        freed += try files("removing `\(path)`") { () throws(FileError) in try remove(path, flag) }
      }
      return ByteCount(freed)
    }
  }

  private static let removing = ".removing"

  private static func standing(
    _ publications: [Publication], _ run: RunID
  ) throws(StepFailure) -> [String] {
    var paths: Set<String> = []
    for publication in publications {
      let names = KeptName(target: publication.target, run: run)
      let folder = PathText.parent(of: publication.target)
      try files("looking beside `\(publication.target)`") { () throws(FileError) in
        guard HostPath.isDirectory(folder) else { return }
        for name in try HostPath.names(in: folder) {
          let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
          let plain = path.hasSuffix(removing) ? String(path.dropLast(removing.count)) : path
          if names.isKept(plain) { paths.insert(path) }
        }
      }
    }
    return paths.sorted()
  }

  private static func refuseUnfinished(_ publications: [Publication], _ run: RunID) throws(StepFailure) {
    for publication in publications {
      let area = StagingArea(for: publication.target, run: run)
      let intent = try files("looking beside `\(publication.target)`") { () throws(FileError) in
        try HostPath.status(area.intentFile)
      }
      guard intent != nil else { continue }
      throw StepFailure(
        .targetUnusable,
        "the run \(run) was interrupted in the middle of a swap of `\(publication.target)`: what it kept is needed to "
          + "finish that",
        remedy: "run `drplan resume \(run)` or `drplan rollback \(run)` first", isRetryable: false)
    }
  }

  private static func remove(_ path: String, _ flag: CancellationFlag) throws(FileError) -> Int64 {
    let freed = try bytes(at: path, flag)
    var doomed = path
    if !path.hasSuffix(removing) {
      doomed += removing
      // Left by a removal that was interrupted; what has the name now is another.
      try FileTree.remove(doomed)
      try AtomicRename.moveWithoutReplacing(path, to: doomed)
      try DurableFile.syncDirectory(ofFile: doomed)
    }
    if try HostPath.status(doomed)?.kind == .directory {
      for name in try HostPath.names(in: doomed) {
        guard !flag.isCancelled else { throw cancelled(doomed) }
        try FileTree.remove("\(doomed)/\(name)")
      }
    }
    try FileTree.remove(doomed)
    try DurableFile.syncDirectory(ofFile: doomed)
    return freed
  }

  /// What a file or tree takes on its device and no other name keeps.
  private static func bytes(at path: String, _ flag: CancellationFlag) throws(FileError) -> Int64 {
    var bytes: Int64 = 0
    var waiting = [path]
    while let next = waiting.popLast() {
      guard !flag.isCancelled else { throw cancelled(path) }
      guard let status = try HostPath.status(next) else { continue }
      if status.kind == .directory {
        bytes += status.allocated
        waiting += try HostPath.names(in: next).map { "\(next)/\($0)" }
      } else if status.names == 1 {
        bytes += status.allocated
      }
    }
    return bytes
  }

  private static func cancelled(_ path: String) -> FileError {
    FileError("remove", path, detail: "it was cancelled")
  }
}
