import BackendKit
import HostSystem
import RunEvents
import Values

/// A publication taken back: what it kept is swapped in again by the same steps, and what it had put there is kept.
extension StagedRestoration {
  func undo(_ publication: Publication, run: RunID) async throws(StepFailure) -> PublicationUndo {
    try await patiently { () async throws(StepFailure) in
      try await runBlocking { () throws(StepFailure) in
        defer { hold.release() }
        return try undone(publication, run: run)
      }
    }
  }

  func discard(run: RunID) async throws(StepFailure) {
    try await patiently { () async throws(StepFailure) in
      try await runBlocking { () throws(StepFailure) in
        let place = try RestorePlace.resolve(declared)
        let area = StagingArea(for: place.path, run: run)
        try files("removing what an interrupted restore staged") { () throws(FileError) in
          // With an intent it is needed to mend the swap.
          guard try HostPath.status(area.folder) != nil, try HostPath.status(area.intentFile) == nil,
            let lock = try area.lock()
          else { return }
          try FileTree.remove(area.folder)
          withExtendedLifetime(lock) {}
        }
      }
    }
  }

  private func undone(_ publication: Publication, run: RunID) throws(StepFailure) -> PublicationUndo {
    let target = publication.target
    let place = try RestorePlace.resolve(target)
    guard place.path == target else {
      throw StepFailure(
        .targetUnusable, "`\(target)` leads to `\(place.path)` now, and did not when the run restored it",
        remedy: "find out who changed it; nothing was undone there", isRetryable: false)
    }
    guard place.folderExists else { return .notPublished("the folder `\(place.folder)` is missing") }
    try clearLeftovers(beside: place)
    let names = KeptName(target: target, run: run)
    let traces = try files("looking at `\(target)`") { () throws(FileError) in
      try PublicationTraces(of: publication, names: names)
    }
    if let aside = traces.undone, traces.kept == nil {
      return .undone(
        UndonePublication(target: target, isEmpty: traces.live == nil, putAside: aside, holders: []))
    }
    if let kept = publication.kept {
      guard traces.kept != nil else {
        guard traces.isLive else { return .notPublished(standing(at: target, traces.live)) }
        throw StepFailure(
          .targetUnusable,
          "what stood at `\(target)` before the run is gone: it was kept as `\(kept)`, and nothing stands there; at "
            + "`\(target)` stands what the run restored",
          remedy: "restore an older snapshot", isRetryable: false)
      }
      guard traces.isLive || traces.live == nil else { throw foreign(publication) }
    } else if traces.live == nil {
      return .undone(UndonePublication(target: target, isEmpty: true, putAside: nil, holders: []))
    } else {
      guard traces.isLive else { return .notPublished(standing(at: target, traces.live)) }
    }
    return .undone(try swapBack(publication, place, names))
  }

  /// The swap, by its steps, with a look at the end whether it did what it should.
  private func swapBack(
    _ publication: Publication, _ place: RestorePlace, _ names: KeptName
  ) throws(StepFailure) -> UndonePublication {
    let target = publication.target
    try refuseMountPoint(place)
    try refuseUnmovable(place)
    let area = StagingArea(for: target, run: names.run)
    let intent = try prepareUndo(publication, area, names)
    let execution = PublishExecution(intent: intent, area: area)
    do throws(FileError) {
      for action in PublishPlan.actions(for: intent) { try execution.perform(action) }
    } catch {
      try settleUndo(execution, after: error)
    }
    try files("looking at `\(target)`") { () throws(FileError) in
      guard try FileIdentity.at(target) == intent.new else {
        throw FileError(
          "undo", target, detail: "it is not what stood there before: somebody changed it meanwhile")
      }
    }
    return UndonePublication(
      target: target, isEmpty: intent.new == nil, putAside: intent.old == nil ? nil : intent.kept,
      holders: place.status.map(Self.holders) ?? [])
  }

  /// The intent of the swap back, with the staging folder made and held.
  func prepareUndo(
    _ publication: Publication, _ area: StagingArea, _ names: KeptName
  ) throws(StepFailure) -> PublishIntent {
    let target = publication.target
    let aside = try freeName(like: names.undone, for: target)
    return try files("preparing to undo the restore of `\(target)`") { () throws(FileError) in
      hold.keep(try area.make())
      do throws(FileError) {
        return try undoIntent(publication, area, run: names.run, aside: aside)
      } catch {
        // The next restore or undo here removes it if this does not.
        try? FileTree.remove(area.folder)
        throw error
      }
    }
  }

  private func undoIntent(
    _ publication: Publication, _ area: StagingArea, run: RunID, aside: String
  ) throws(FileError) -> PublishIntent {
    let target = publication.target
    let old = try HostPath.status(target)
    let new = if let kept = publication.kept { try HostPath.status(kept) } else { FileStatus?.none }
    if let old, let new, (old.kind == .directory) != (new.kind == .directory) {
      throw FileError("undo", target, detail: "a folder and a file cannot change places in one step")
    }
    let methods = try PublishIntent.Method.available(in: area)
    let isFolder = old?.kind == .directory
    if isFolder, new != nil, !methods.contains(.exchange) {
      throw FileError("undo", target, detail: "its file system cannot swap two folders in one step")
    }
    let incoming = if let kept = publication.kept { try sides(of: kept) } else { [PublishIntent.Side]() }
    return PublishIntent(
      direction: .undo, run: run, target: target, staged: publication.kept ?? area.data, kept: aside,
      method: isFolder ? .exchange : methods[0], old: old.map { FileIdentity(inode: $0.inode) },
      oldStamp: old.map(PublishIntent.Stamp.init), new: new.map { FileIdentity(inode: $0.inode) },
      newStamp: new.map(PublishIntent.Stamp.init), suffixes: form.sideSuffixes, sides: try sides(of: target),
      incoming: incoming)
  }

  /// After a step failed: returns when what stood there before is in place all the same, else says what stands there.
  private func settleUndo(_ execution: PublishExecution, after error: FileError) throws(StepFailure) {
    let intent = execution.intent
    let doing = "undoing the restore of `\(intent.target)`"
    var failure = StepFailure(file: error, doing: doing)
    do throws(FileError) {
      if try isCompleted(execution, after: error, doing, else: "what the run restored", &failure) { return }
    } catch let second {
      failure.message += "; mending it failed too: \(second)"
      failure.remedy =
        "remove the cause and undo again: it mends what is described in `\(execution.area.intentFile)`"
    }
    if intent.new != nil { failure.message += "; what stood there before is `\(intent.staged)`" }
    throw failure
  }

  private func foreign(_ publication: Publication) -> StepFailure {
    let (target, kept) = (publication.target, publication.kept ?? "")
    return StepFailure(
      .targetUnusable,
      "what stands at `\(target)` is not what the run restored there, so it is not taken away; what stood there before "
        + "is `\(kept)`",
      remedy: "find out who put it there; if it may go, move it away and undo again", isRetryable: false)
  }

  private func standing(at target: String, _ live: FileStatus?) -> String {
    live == nil
      ? "nothing stands at `\(target)`" : "what stands at `\(target)` is not what the run restored"
  }
}
