import BackendKit
import Declarations
import HostSystem
import RunEvents
import Values

/// Restores files beside their place and swaps them in; the one way in which engines of files restore.
///
/// One value serves one restore: it holds the lock of its staging folder from `begin` to `publish` or `abandon`.
struct StagedRestoration: Restoration {
  /// What an engine's data looks like on disk.
  struct Form: Sendable {
    /// Whether the data is always one file.
    let isAlwaysFile: Bool
    /// Suffixes of files that belong to a file beside it.
    let sideSuffixes: [String]
    /// Whether `handling` may be a folder too, and how the data is called in texts.
    let noun: String
    /// What is wrong with staged data; run where blocking is allowed.
    let proof: @Sendable (String, CancellationFlag) throws(StepFailure) -> [String]
  }

  let declared: String
  let form: Form
  let hold = StagingHold()

  init(path: String, form: Form) {
    declared = path
    self.form = form
  }

  func begin(run: RunID, database: DatabaseID, needing bytes: ByteCount) async throws(StepFailure) -> String {
    try await patiently { () async throws(StepFailure) in try await beginOnce(run: run, needing: bytes) }
  }

  /// Does something that needs the locks of staging folders.
  ///
  /// A process that another thread is just starting shares our locks until its program runs: a moment, not a run.
  func patiently<Success: Sendable>(
    _ body: () async throws(StepFailure) -> Success
  ) async throws(StepFailure) -> Success {
    for _ in 0..<20 {
      do throws(StepFailure) {
        return try await body()
      } catch {
        guard error.code == .targetBusy else { throw error }
      }
      do throws(CancellationError) {
        try await HostClock().sleep(for: .milliseconds(50))
      } catch {
        throw .cancelled("the restore to `\(declared)`")
      }
    }
    return try await body()
  }

  private func beginOnce(run: RunID, needing bytes: ByteCount) async throws(StepFailure) -> String {
    try await runBlocking { () throws(StepFailure) in
      hold.release()
      let place = try RestorePlace.resolve(declared)
      try refuseWrongKind(place)
      try files("making the folder `\(place.folder)`") { () throws(FileError) in
        if !place.folderExists { try FileTree.makeDirectories(place.folder, mode: 0o755) }
      }
      try refuseMountPoint(place)
      try refuseUnmovable(place)
      try clearLeftovers(beside: place)
      try refuseLackOfSpace(place, bytes)
      return try stage(place, run: run)
    }
  }

  func checkStaged(_ staging: String) async throws(StepFailure) -> [String] {
    try await runBlockingCancellable { (flag) throws(StepFailure) in
      try form.proof(try stagedItem(staging), flag)
    }
  }

  func plannedPublication(
    _ staging: String, run: RunID, database: DatabaseID
  ) async throws(StepFailure) -> Publication {
    try await runBlocking { () throws(StepFailure) in
      let place = try RestorePlace.resolve(declared)
      let item = try stagedItem(staging)
      try refuseOtherKind(than: item, at: place)
      let staged = try files("looking at what was restored") { () throws(FileError) in
        try HostPath.status(item)
      }
      return Publication(
        database: database, target: place.path, staging: item,
        kept: place.status == nil
          ? nil : try freeName(like: KeptName(target: place.path, run: run).before, for: place.path),
        mark: staged.map { PublicationMark($0, born: HostPath.birth(item)).text })
    }
  }

  func publish(_ planned: Publication) async throws(StepFailure) -> Publication {
    try await runBlocking { () throws(StepFailure) in
      defer { hold.release() }
      let (execution, old) = try prepared(planned)
      do throws(FileError) {
        for action in PublishPlan.actions(for: execution.intent) { try execution.perform(action) }
      } catch {
        try settle(execution, after: error)
      }
      if old == nil { noteOrphans(execution.intent) }
      var published = planned
      published.kept = old == nil ? nil : execution.intent.kept
      published.holders = old.map(Self.holders) ?? []
      return published
    }
  }

  func abandon(_ staging: String) async {
    await runBlocking {
      defer { hold.release() }
      // Without the place there is no folder to know as ours.
      guard let place = try? RestorePlace.resolve(declared),
        let area = StagingArea(containing: staging, target: place.path)
      else { return }
      // What cannot be removed now is removed by the next `begin` here. A folder with an intent is not ours to
      // remove: it says how to mend an interrupted swap.
      if (try? HostPath.status(area.intentFile)) == .some(.none) { try? FileTree.remove(area.folder) }
    }
  }

  /// The swap that `planned` announced, as things stand now, with the state of what it replaces.
  func prepared(_ planned: Publication) throws(StepFailure) -> (PublishExecution, old: FileStatus?) {
    guard let area = StagingArea(containing: planned.staging, target: planned.target), let run = area.run
    else {
      throw StepFailure(
        .targetUnusable, "`\(planned.staging)` is not a staging folder beside `\(planned.target)`",
        isRetryable: false)
    }
    let kept =
      if let name = planned.kept { name } else {
        try freeName(like: KeptName(target: planned.target, run: run).before, for: planned.target)
      }
    return try files("preparing to publish `\(planned.target)`") { () throws(FileError) in
      let old = try HostPath.status(planned.target)
      guard let new = try HostPath.status(planned.staging) else {
        throw FileError("publish", planned.staging, detail: "it is not there any more")
      }
      guard (old == nil) == (planned.kept == nil) else {
        throw FileError(
          "publish", planned.target,
          detail: old == nil ? "what stood there was removed meanwhile" : "something appeared there meanwhile"
        )
      }
      let sides = try self.sides(of: planned.target)
      let methods = try PublishIntent.Method.available(in: area)
      let intent = PublishIntent(
        run: run, target: planned.target, staged: planned.staging,
        kept: kept, method: old?.kind == .directory ? .exchange : methods[0],
        old: old.map { FileIdentity(inode: $0.inode) },
        oldStamp: old.map(PublishIntent.Stamp.init), new: FileIdentity(inode: new.inode),
        suffixes: form.sideSuffixes, sides: sides)
      return (PublishExecution(intent: intent, area: area), old)
    }
  }

  func takeNotes() async -> [String] { hold.takeNotes() }

  private func stage(_ place: RestorePlace, run: RunID) throws(StepFailure) -> String {
    let area = StagingArea(for: place.path, run: run)
    return try files("making room to restore beside `\(place.path)`") { () throws(FileError) in
      hold.keep(try area.make())
      do throws(FileError) {
        let methods = try PublishIntent.Method.available(in: area)
        if place.status?.kind == .directory, !methods.contains(.exchange) {
          throw FileError(
            "restore to", place.path, detail: "its file system cannot swap two folders in one step")
        }
      } catch {
        hold.release()
        // The next `begin` here removes it if this does not.
        try? FileTree.remove(area.folder)
        throw error
      }
      return area.data
    }
  }

  /// Mends swaps that were interrupted and removes what ended runs staged, with `onlySwaps` only where nothing is left
  /// of it; refuses beside a run that works.
  func clearLeftovers(beside place: RestorePlace, onlySwaps: Bool = false) throws(StepFailure) {
    let areas = try files("looking for what earlier runs left") { () throws(FileError) in
      try StagingArea.all(for: place.path)
    }
    for area in areas {
      do throws(StepFailure) {
        try area.refuseForeign()
      } catch {
        // Removed by its run in this moment: nothing to look at.
        guard try files("", { () throws(FileError) in try HostPath.status(area.folder) }) != nil else {
          continue
        }
        throw error
      }
      let lock = try files("looking at `\(area.folder)`") { () throws(FileError) in try area.lock() }
      guard let lock else {
        guard try files("", { () throws(FileError) in try HostPath.status(area.folder) }) != nil else {
          continue
        }
        throw StepFailure(
          .targetBusy,
          "the run \(area.run?.text ?? "of `\(area.folder)`") is restoring to `\(place.path)` right now",
          remedy: "wait for it to end")
      }
      let intent = try area.intent(for: place.path, suffixes: form.sideSuffixes)
      try files("clearing what an interrupted restore left") { () throws(FileError) in
        if let intent {
          note(try PublishExecution(intent: intent, area: area).mend(), of: intent)
        } else if onlySwaps {
          area.removeIfEmpty()
        } else {
          try FileTree.remove(area.folder)
        }
      }
      withExtendedLifetime(lock) {}
    }
  }

  /// What the repository restored: the folder itself, or for data that is always one file the file in it.
  private func stagedItem(_ staging: String) throws(StepFailure) -> String {
    let status = try files("looking at what was restored") { () throws(FileError) in
      try HostPath.status(staging)
    }
    guard let status else {
      throw StepFailure(.damaged, "nothing was restored to `\(staging)`", isRetryable: false)
    }
    guard form.isAlwaysFile, status.kind == .directory else { return staging }
    let names = try files("looking at what was restored") { () throws(FileError) in
      try HostPath.names(in: staging)
    }
    guard names.count == 1, let name = names.first else {
      throw StepFailure(
        .damaged, "the snapshot holds \(names.count) files where \(form.noun) is exactly one",
        isRetryable: false)
    }
    return staging + "/" + name
  }

  /// The files that belong to the data at a path.
  func sides(of path: String) throws(FileError) -> [PublishIntent.Side] {
    var sides: [PublishIntent.Side] = []
    for suffix in form.sideSuffixes {
      guard let identity = try FileIdentity.at(path + suffix) else { continue }
      sides.append(.init(suffix: suffix, identity: identity))
    }
    return sides
  }

  /// The first of `plain`, `plain-2` and so on that nothing has, nor any file beside it.
  func freeName(like plain: String, for path: String) throws(StepFailure) -> String {
    try files("choosing a name for what stands at `\(path)`") { () throws(FileError) in
      var number = 1
      while true {
        let name = number == 1 ? plain : "\(plain)-\(number)"
        var isFree = true
        for suffix in [""] + form.sideSuffixes {
          if try HostPath.status(name + suffix) != nil { isFree = false }
        }
        if isFree { return name }
        number += 1
      }
    }
  }

  /// Who else has the replaced file open; for a folder, who works in the folder itself.
  static func holders(of old: FileStatus) -> [String] {
    let own = ProcessTable.current
    return FileHolders.find(device: old.device, inode: old.inode).holders
      .filter { $0.process != own }
      .map { "\($0.command) (\($0.process.pid))" }
  }
}
