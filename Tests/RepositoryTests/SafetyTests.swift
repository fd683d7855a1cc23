import BackendKit
import Glibc
import HostSystem
import Testing
import Values

@testable import Repository

/// What must hold when things go wrong around a backup or a restore.
@Suite struct SafetyTests {
  @Test func aBackupKilledAtAnyMomentLeavesNoSnapshot() async throws {
    let fixture = Fixture(options: RepositoryOptions())
    let tree = TreeMaker(fixture.scratch("source"))
    var random = Seeded(8)
    tree.file("big", random.bytes(24 << 20))
    for index in 0..<40 { tree.file("f\(index)", random.text(40_000)) }
    let first = try await fixture.backUp(fixture.scratch("source"))
    // New content, so that the killed backups cannot reuse the first one's pack.
    tree.file("more", random.bytes(3 << 20))
    let repo = fixture.scratch("repo")
    let source = fixture.scratch("source")
    for megabytes in [0, 5, 12, 20, 26] {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [repo = repo as String, source = source as String, megabytes = megabytes as Int] in
        guard let database = DatabaseID("orders") else { return }
        let repository = DirectoryRepository(path: repo, tool: "doomed", now: { Timestamp(seconds: 1) })
        _ = try await repository.backUp(
          SnapshotSource(
            database: database, engine: "Files", root: source, startedAt: Timestamp(seconds: 2),
            consistentAt: Timestamp(seconds: 2))
        ) { progress in
          if progress.bytesDone >= Int64(megabytes) << 20 { kill(getpid(), SIGKILL) }
        }
        // Too fast for the progress to show: the end of it is told before the record is returned.
        kill(getpid(), SIGKILL)
      }
    }
    let listing = try await fixture.repository.snapshots(of: nil)
    // A kill after the commit leaves a whole snapshot; one before it leaves none. Never anything between.
    #expect(listing.damaged == [])
    for record in listing.snapshots {
      #expect(try await fixture.repository.verify(record.id, of: fixture.database) { _ in }.isIntact)
    }
    #expect(listing.snapshots.contains(first))
    _ = try await fixture.backUp(source, at: 1_794_999_600)
    #expect(try DirectoryReader.names(in: .directory(fixture.layout.temporary), path: "").isEmpty)
  }

  @Test func temporaryFilesOfTheDeadGoAndThoseOfTheLivingStay() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    _ = try await fixture.backUp(fixture.scratch("source"))
    let temporary = fixture.layout.temporary
    // With a lock that nobody holds, and without one.
    try DurableFile.write([], to: temporary + "/00000000000000aa.lock")
    for name in ["00000000000000aa", "00000000000000bb"] {
      mkdir(temporary + "/" + name, 0o700)
      try DurableFile.write([1, 2, 3], to: temporary + "/" + name + "/pack-dead")
    }
    let living = try Workspace(fixture.layout)
    let file = try HashedFile(in: living, kind: "pack")
    _ = try await fixture.backUp(fixture.scratch("source"), at: 1_794_999_100)
    let left = try DirectoryReader.names(in: .directory(temporary), path: "")
    #expect(
      left.map { "\(temporary)/" + String(decoding: $0, as: UTF8.self) } == [
        living.path, living.path + ".lock",
      ])
    #expect(try DirectoryReader.names(in: .directory(living.path), path: "").count == 1)
    withExtendedLifetime(file) {}
  }

  @Test(.timeLimit(.minutes(1))) func aPipeAmongTheTemporaryFilesHoldsUpNoBackup() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    _ = try await fixture.backUp(fixture.scratch("source"))
    for name in ["00000000000000aa.lock", "00000000000000bb"] {
      #expect(mkfifo(fixture.layout.temporary + "/" + name, 0o600) == 0)
    }
    _ = try await fixture.backUp(fixture.scratch("source"), at: 1_794_999_100)
    #expect(try HostPath.names(in: fixture.layout.temporary) == [])
  }

  @Test func aPathTooLongToBeKeptIsAnErrorNotAnOmission() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).directory("z")
    // Made one step at a time, because no call takes such a path.
    var directory = open(fixture.scratch("source/z"), O_RDONLY | O_DIRECTORY)
    for _ in 0..<20 {
      let name = String(repeating: "d", count: 250)
      #expect(mkdirat(directory, name, 0o700) == 0)
      let next = openat(directory, name, O_RDONLY | O_DIRECTORY)
      close(directory)
      directory = next
    }
    close(directory)
    let error = await #expect(throws: SnapshotError.self) {
      try await fixture.backUp(fixture.scratch("source"))
    }
    #expect(error?.message.contains("too long") == true)
  }

  @Test func withoutItsRecordThereIsNoSnapshot() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    let record = try await fixture.backUp(fixture.scratch("source"))
    #expect(unlink(fixture.layout.record(record.id, of: fixture.database)) == 0)
    #expect(try await fixture.repository.snapshots(of: nil).snapshots.isEmpty)
    #expect(await fixture.restoreFailure(record)?.code == .snapshotMissing)
  }

  @Test func aFullDiskEndsABackupWithoutTrace() async throws {
    let disk = try SmallDisk(megabytes: 4)
    let scratch = Scratch()
    var random = Seeded(4)
    TreeMaker(scratch("source")).file("noise", random.bytes(8 << 20))
    let repository = DirectoryRepository(
      path: disk.path + "/repo", tool: "t", now: { Timestamp(seconds: 0) }, options: .small(block: 64 << 10))
    let fixture = Fixture(scratch: scratch)
    let error = await #expect(throws: SnapshotError.self) {
      _ = try await repository.backUp(fixture.source(scratch("source"))) { _ in }
    }
    #expect(error?.code == .noSpace)
    #expect(error?.message.contains("free") == true)
    #expect(try await repository.snapshots(of: nil).snapshots.isEmpty)
    // Many packs were complete by then.
    for name in ["tmp", "packs", "manifests"] {
      #expect(try DirectoryReader.names(in: .directory(disk.path + "/repo/" + name), path: "").isEmpty)
    }
  }

  @Test(arguments: [true, false])
  func aFullDiskEndsARestoreWithoutTrace(foreseen: Bool) async throws {
    let disk = try SmallDisk(megabytes: 4)
    let fixture = Fixture(options: RepositoryOptions())
    let tree = TreeMaker(fixture.scratch("source"))
    var random = Seeded(4)
    if foreseen {
      tree.file("noise", random.text(8 << 20))
    } else {
      // Each file needs a page more than its size says, so that the sum fits and the disk does not hold it.
      for index in 0..<1500 { tree.file("f\(index)", random.text(100)) }
    }
    let record = try await fixture.backUp(fixture.scratch("source"))
    let staging = disk.path + "/staging"
    let error = await #expect(throws: SnapshotError.self) {
      _ = try await fixture.repository.restore(record.id, of: fixture.database, into: staging) { _ in }
    }
    #expect(error?.code == .noSpace)
    #expect(error?.message.contains("free") == true && error?.message.contains("needed") == true)
    #expect(access(staging, F_OK) != 0)
  }

  /// How many descriptors this process has.
  static func openFiles() -> Int {
    (0..<128).count { fcntl(Int32($0), F_GETFD) >= 0 }
  }

  @Test func openFilesHaveARoomOfTheirOwnInTheWindowOfAnyMachine() {
    for workers in [1, 2, 3, 8, 64, 256] {
      var options = RepositoryOptions()
      options.workers = workers
      #expect(options.window / options.openWeight <= 64)
      // A block of the largest kind fits beside the file that it is of.
      #expect(options.openWeight + RepositoryOptions.largestBlock <= options.window)
    }
  }

  @Test func holesNeedNoSpace() async throws {
    let disk = try SmallDisk(megabytes: 4)
    let fixture = Fixture()
    let tree = TreeMaker(fixture.scratch("source"))
    tree.sparse("sparse", size: 1 << 40, data: [(1 << 30, [1, 2, 3])])
    tree.file("plain", [4, 5])
    let record = try await fixture.backUp(fixture.scratch("source"))
    #expect(record.logicalBytes == ByteCount((1 << 40) + 2 as Int64))
    // One block of the sparse file, and the plain one.
    #expect(record.allocatedBytes == ByteCount(4098 as Int64))
    _ = try await fixture.repository.restore(record.id, of: fixture.database, into: disk.path + "/out") { _ in
    }
    #expect(try HostPath.status(disk.path + "/out/sparse")?.size == 1 << 40)
  }

  @Test func anExistingTargetIsRefusedAndLeftAlone() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    let record = try await fixture.backUp(fixture.scratch("source"))
    mkdir(fixture.scratch("taken"), 0o700)
    TreeMaker(fixture.scratch("taken/inner")).file("precious", [9])
    #expect(await fixture.restoreFailure(record, into: "taken")?.code == .targetExists)
    #expect(access(fixture.scratch("taken/inner/precious"), F_OK) == 0)
    symlink(fixture.scratch("taken"), fixture.scratch("link"))
    #expect(await fixture.restoreFailure(record, into: "link")?.code == .targetExists)
  }

  @Test func aFileThatNeverRestsEndsABackup() async throws {
    let fixture = Fixture(options: RepositoryOptions())
    let tree = TreeMaker(fixture.scratch("source"))
    var random = Seeded(4)
    tree.file("busy", random.bytes(24 << 20))
    let path = fixture.scratch("source/busy")
    let stop = CancellationFlag()
    let error: SnapshotError? = await withTaskGroup(of: SnapshotError?.self) { group in
      group.addTask {
        await runBlockingCancellable { (_) throws(Never) in
          var byte: UInt8 = 0
          let descriptor = open(path, O_WRONLY)
          while !stop.isCancelled {
            byte &+= 1
            pwrite(descriptor, &byte, 1, 5)
          }
          close(descriptor)
        }
        return nil
      }
      group.addTask {
        defer { stop.cancel() }
        do {
          _ = try await fixture.backUp(fixture.scratch("source"))
          return nil
        } catch { return error as? SnapshotError }
      }
      var found: SnapshotError?
      for await result in group { found = found ?? result }
      return found
    }
    #expect(error?.code == .sourceChanged)
    #expect(error?.message.contains("busy") == true)
    #expect(try await fixture.repository.snapshots(of: nil).snapshots.isEmpty)
  }

  @Test func aFileThatChangesOnceIsReadAgain() async throws {
    let fixture = Fixture(options: .small(block: 64 << 10, pack: 1 << 30))
    let tree = TreeMaker(fixture.scratch("source"))
    var random = Seeded(4)
    tree.file("a-changes", random.text(3 << 20))
    tree.file("b-follows", random.text(100))
    let changed = random.text(2 << 20)
    let path = fixture.scratch("source/a-changes")
    // The first progress comes with the first block, while the file is still being read.
    let once = Guarded(false)
    let record = try await fixture.repository.backUp(fixture.source(fixture.scratch("source"))) { _ in
      if once.with({ done in
        defer { done = true }; return !done
      }) {
        overwrite(path, changed)
      }
    }
    #expect(record.logicalBytes.bytes == Int64(changed.count) + 100)
    _ = try await fixture.restore(record)
    #expect(try DurableFile.read(fixture.scratch("restored/a-changes"), limit: 4 << 20) == changed)
    mkdir(fixture.scratch("out"), 0o700)
    let pack = fixture.layout.pack(record.packs[0].sha256)
    #expect(shell("tar -xzf \(pack) -C \(fixture.scratch("out"))").status == 0)
    #expect(try DurableFile.read(fixture.scratch("out/a-changes"), limit: 4 << 20) == changed)
    #expect(try await fixture.repository.verify(record.id, of: fixture.database) { _ in }.isIntact)
  }

  @Test func aFileThatChangesBeforeItsSecondNameIsMetEndsTheBackup() async throws {
    let fixture = Fixture(options: .small(block: 64 << 10, pack: 1 << 30))
    let tree = TreeMaker(fixture.scratch("source"))
    var random = Seeded(6)
    tree.file("a", random.text(100))
    // More than is in flight at a time, so that the walk has not met the last name when the first block is written.
    tree.file("m", random.bytes(64 << 20))
    tree.hardLink("z", to: "a")
    let path = fixture.scratch("source/a")
    let once = Guarded(false)
    let error = await #expect(throws: SnapshotError.self) {
      try await fixture.repository.backUp(fixture.source(fixture.scratch("source"))) { _ in
        let isFirst = once.with { done in
          defer { done = true }
          return !done
        }
        if isFirst { overwrite(path, [1, 2, 3]) }
      }
    }
    #expect(error?.code == .sourceChanged)
    #expect(try await fixture.repository.snapshots(of: nil).snapshots.isEmpty)
  }

  @Test func cancellingEndsABackupWithoutTrace() async throws {
    let fixture = Fixture(options: .small(block: 64 << 10))
    let tree = TreeMaker(fixture.scratch("source"))
    var random = Seeded(4)
    tree.file("noise", random.bytes(8 << 20))
    let task = Guarded<Task<SnapshotRecord, any Error>?>(nil)
    let source = fixture.source(fixture.scratch("source"))
    let repository = fixture.repository
    let started = Task {
      try await repository.backUp(source) { _ in task.with { $0 }?.cancel() }
    }
    task.with { $0 = started }
    let result = await started.result
    if case .failure(let error) = result {
      #expect((error as? SnapshotError)?.code == .cancelled)
      #expect(try await fixture.repository.snapshots(of: nil).snapshots.isEmpty)
    }
    #expect(try DirectoryReader.names(in: .directory(fixture.layout.temporary), path: "").isEmpty)
  }

  @Test func aKilledRestoreLeavesNothingUnderTheNameOfItsTarget() async throws {
    let fixture = Fixture(options: .small(block: 64 << 10))
    var random = Seeded(4)
    TreeMaker(fixture.scratch("source")).file("noise", random.bytes(8 << 20))
    let record = try await fixture.backUp(fixture.scratch("source"))
    let (repo, out, id) = (fixture.scratch("repo"), fixture.scratch("out"), record.id.text)
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [repo = repo as String, out = out as String, id = id as String] in
      guard let database = DatabaseID("orders"), let snapshot = SnapshotID(id) else { return }
      let repository = DirectoryRepository(path: repo, tool: "doomed", now: { Timestamp(seconds: 1) })
      _ = try await repository.restore(snapshot, of: database, into: out) { _ in kill(getpid(), SIGKILL) }
    }
    #expect(access(out, F_OK) != 0)
    let left = try HostPath.names(in: fixture.scratch.path).filter { $0.hasPrefix(".out.partial-") }
    #expect(left.count == 1)
    let living = try RestoreFolder(for: out)
    let summary = try await fixture.restore(record, into: "out")
    #expect(summary.leftovers == left.map { fixture.scratch($0) })
    #expect(try TreeState(out).differences(from: TreeState(fixture.scratch("source"))) == [])
    // The other one comes too late, and replaces nothing.
    let error = #expect(throws: SnapshotError.self) { try living.publish() }
    #expect(error?.code == .targetExists)
  }

  @Test func aRestoreThatMayNotSetOwnersCountsWhatHasAnother() async throws {
    var options = RepositoryOptions.small()
    options.setsOwners = false
    let fixture = Fixture(options: options)
    let tree = TreeMaker(fixture.scratch("source"))
    var random = Seeded(4)
    tree.directory("d")
    tree.directory("own")
    for name in ["d/small", "d/own"] { tree.file(name, [1]) }
    tree.file("large", random.bytes(20_000))
    tree.link("link", to: "large")
    for name in ["d", "d/small", "large", "link"] {
      #expect(lchown(fixture.scratch("source/" + name), 1234, getegid()) == 0)
    }
    tree.hardLink("twin", to: "large")
    let record = try await fixture.backUp(fixture.scratch("source"))
    #expect(try await fixture.restore(record).ownersNotSet == 4)
    #expect(try HostPath.status(fixture.scratch("restored/large"))?.user == geteuid())
    // As root, whose rights this needs.
    let other = DirectoryRepository(path: fixture.scratch("repo"), tool: "t", now: { Timestamp(seconds: 1) })
    let whole = try await other.restore(record.id, of: fixture.database, into: fixture.scratch("w")) { _ in }
    #expect(whole.ownersNotSet == 0)
    #expect(try HostPath.status(fixture.scratch("w/large"))?.user == 1234)
  }

  @Test func aRestoreThatSyncsEachFileBringsBackTheSame() async throws {
    var options = RepositoryOptions.small()
    options.syncsEachFile = true
    let fixture = Fixture(options: options)
    SampleTrees.random(fixture.scratch("source"), seed: 9)
    _ = try await fixture.restore(try await fixture.backUp(fixture.scratch("source")))
    let restored = try TreeState(fixture.scratch("restored"))
    #expect(try restored.differences(from: TreeState(fixture.scratch("source"))) == [])
  }

  @Test func cancellingEndsARestoreWithoutTrace() async throws {
    let fixture = Fixture(options: .small(block: 64 << 10))
    let tree = TreeMaker(fixture.scratch("source"))
    var random = Seeded(4)
    tree.file("noise", random.bytes(8 << 20))
    let record = try await fixture.backUp(fixture.scratch("source"))
    let (repository, database, staging) = (fixture.repository, fixture.database, fixture.scratch("out"))
    let started = Task {
      try await repository.restore(record.id, of: database, into: staging) { _ in }
    }
    started.cancel()
    let error = await #expect(throws: SnapshotError.self) { _ = try await started.value }
    #expect(error?.code == .cancelled)
    #expect(access(staging, F_OK) != 0)
  }

  @Test func manyRestoresAndABackupRunAtTheSameTime() async throws {
    let fixture = Fixture()
    SampleTrees.everything(fixture.scratch("source"))
    let record = try await fixture.backUp(fixture.scratch("source"))
    let before = try TreeState(fixture.scratch("source"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<4 {
        group.addTask { _ = try await fixture.restore(record, into: "out\(index)") }
        group.addTask {
          _ = try await fixture.backUp(fixture.scratch("source"), at: 1_794_999_100 + Int64(index))
        }
      }
      try await group.waitForAll()
    }
    for index in 0..<4 {
      let differences = try TreeState(fixture.scratch("out\(index)")).differences(from: before)
      #expect(differences == [])
    }
    let listing = try await fixture.repository.snapshots(of: nil)
    #expect(listing.snapshots.count == 5 && listing.damaged.isEmpty)
  }

  @Test func nothingInARepositoryIsReadableByOthers() async throws {
    let fixture = Fixture()
    SampleTrees.random(fixture.scratch("source"), seed: 3)
    _ = try await fixture.backUp(fixture.scratch("source"))
    for (name, node) in try TreeState(fixture.scratch("repo")).nodes {
      #expect(
        node.mode == (node.kind == "directory" ? 0o700 : 0o600), "\(String(decoding: name, as: UTF8.self))")
    }
  }

  @Test func aSourceThatIsNotThereIsNamed() async throws {
    let fixture = Fixture()
    for (name, make) in [("nothing", false), ("pipe", true)] {
      if make { mkfifo(fixture.scratch(name), 0o600) }
      let error = await #expect(throws: SnapshotError.self) {
        _ = try await fixture.backUp(fixture.scratch(name))
      }
      #expect(error?.code == .sourceUnusable)
      #expect(error?.message.contains(name) == true)
    }
  }
}

/// A file system of a few megabytes, for tests that fill it.
///
/// Needs root; without it the test fails.
final class SmallDisk: Sendable {
  let path: String
  private let scratch = Scratch()

  init(megabytes: Int) throws {
    path = scratch("disk")
    mkdir(path, 0o700)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m,nr_inodes=4096") == 0 else {
      throw FileError("mount a small file system at", path, number: errno)
    }
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }
}
