import Glibc
import Testing

@testable import HostSystem

@Suite struct FileTests {
  private let scratch = FileScratch()

  @Test func aDurableWriteReplacesAndLeavesNothingElse() throws {
    try DurableFile.write([1, 2, 3], to: scratch("file"))
    try DurableFile.write([4], to: scratch("file"), mode: 0o640)
    #expect(try DurableFile.read(scratch("file"), limit: 10) == [4])
    #expect(try FileDescriptor.open(scratch("file"), .readOnly).status(path: "").mode == 0o640)
    #expect(try DirectoryReader.names(in: .directory(scratch.path), path: "").count == 1)
  }

  @Test func aDurableCreateNeverReplaces() throws {
    try DurableFile.create([1], at: scratch("file"))
    let error = #expect(throws: FileError.self) { try DurableFile.create([2], at: scratch("file")) }
    #expect(error?.isExisting == true)
    #expect(try DurableFile.read(scratch("file"), limit: 10) == [1])
    #expect(try DirectoryReader.names(in: .directory(scratch.path), path: "").count == 1)
  }

  @Test func aFileBeyondTheLimitIsNotRead() throws {
    try DurableFile.write([1, 2, 3], to: scratch("file"))
    #expect(throws: FileError.self) { try DurableFile.read(scratch("file"), limit: 2) }
  }

  @Test func withoutTheKernelsHelpAMoveReplacesNothingEither() throws {
    for name in ["a", "b", "taken", "empty"] { mkdir(scratch(name), 0o700) }
    for name in ["a/one", "b/one", "taken/one", "f", "g"] { try DurableFile.write([1], to: scratch(name)) }
    try AtomicRename.moveInTwoSteps(scratch("a"), to: scratch("moved"))
    #expect(access(scratch("moved/one"), F_OK) == 0 && access(scratch("a"), F_OK) != 0)
    try AtomicRename.moveInTwoSteps(scratch("f"), to: scratch("h"))
    #expect(access(scratch("h"), F_OK) == 0 && access(scratch("f"), F_OK) != 0)
    for (from, to) in [("b", "taken"), ("b", "empty"), ("b", "g"), ("g", "h"), ("g", "taken")] {
      let error = #expect(throws: FileError.self, "\(from) \(to)") {
        try AtomicRename.moveInTwoSteps(scratch(from), to: scratch(to))
      }
      #expect(error?.isExisting == true)
    }
    #expect(access(scratch("b/one"), F_OK) == 0)
  }

  @Test func twoTreesAreExchangedInOneStep() throws {
    mkdir(scratch("a"), 0o700)
    mkdir(scratch("b"), 0o700)
    try DurableFile.write([1], to: scratch("a/one"))
    try AtomicRename.exchange(scratch("a"), scratch("b"))
    #expect(access(scratch("b/one"), F_OK) == 0)
    #expect(access(scratch("a/one"), F_OK) != 0)
    #expect(throws: FileError.self) { try AtomicRename.exchange(scratch("a"), scratch("none")) }
  }

  @Test func aTreeIsRemovedWithoutFollowingItsLinks() throws {
    let kept = FileScratch()
    try DurableFile.write([1], to: kept("file"))
    mkdir(scratch("t"), 0o700)
    symlink(kept.path, scratch("t/link"))
    var path = "t"
    for depth in 0..<200 {
      path += "/d\(depth)"
      mkdir(scratch(path), 0o700)
      try DurableFile.write([1], to: scratch(path + "/file"))
    }
    chmod(scratch("t/d0"), 0)
    try FileTree.remove(scratch("t"))
    #expect(access(scratch("t"), F_OK) != 0)
    #expect(access(kept("file"), F_OK) == 0)
    symlink(kept.path, scratch("link"))
    try FileTree.remove(scratch("link"))
    #expect(access(kept("file"), F_OK) == 0)
    try FileTree.remove(scratch("never-was"))
  }

  // Reading the names of the wide folder again after each of its folders would take many times the limit.
  @Test(.timeLimit(.minutes(1))) func aWideTreeOfFoldersIsReadOnce() throws {
    mkdir(scratch("wide"), 0o700)
    for index in 0..<15_000 {
      mkdir(scratch("wide/\(index)"), 0o700)
      mkdir(scratch("wide/\(index)/inner"), 0o700)
    }
    try FileTree.remove(scratch("wide"))
    #expect(access(scratch("wide"), F_OK) != 0)
  }

  @Test func aFolderThatCannotBeRemovedIsNamedInFull() throws {
    for path in ["t", "t/a", "t/a/b", "t/a/b/held", "t/a/z"] { mkdir(scratch(path), 0o700) }
    // A mount point cannot be removed, whoever asks.
    try #require(mount("tmpfs", scratch("t/a/b/held"), "tmpfs", 0, "size=1m") == 0)
    defer { umount2(scratch("t/a/b/held"), Int32(MNT_DETACH)) }
    let error = #expect(throws: FileError.self) { try FileTree.remove(scratch("t")) }
    #expect(error?.path == scratch("t/a/b/held"))
    #expect(access(scratch("t/a/z"), F_OK) == 0)
  }

  @Test func namesComeInTheOrderOfTheirBytes() throws {
    for name in ["b", "a", "B", "a.b", "a-b", "\u{e9}"] { try DurableFile.write([], to: scratch(name)) }
    let names = try DirectoryReader.names(in: .directory(scratch.path), path: "")
    #expect(names.map { String(decoding: $0, as: UTF8.self) } == ["B", "a", "a-b", "a.b", "b", "\u{e9}"])
  }

  @Test func manyNamesAreAllRead() throws {
    for index in 0..<5000 { close(open(scratch("name-of-a-file-\(index)"), O_CREAT | O_WRONLY, 0o600)) }
    #expect(try DirectoryReader.names(in: .directory(scratch.path), path: "").count == 5000)
  }

  @Test func aLockIsHeldByOneAtATime() throws {
    try DurableFile.write([], to: scratch("file"))
    let first = try FileDescriptor.open(scratch("file"), .readOnly)
    let second = try FileDescriptor.open(scratch("file"), .readOnly)
    #expect(try first.tryLock(path: ""))
    #expect(try !second.tryLock(path: ""))
  }

  @Test func spaceIsMeasured() throws {
    let space = try FileSystemSpace.at(scratch.path)
    #expect(space.freeBytes > 0)
    #expect(throws: FileError.self) { try FileSystemSpace.at(scratch("none")) }
  }

  @Test func randomBytesDiffer() {
    #expect(RandomBytes.make(32) != RandomBytes.make(32))
    #expect(RandomBytes.hex(9).count == 9)
  }

  @Test func blockingWorkIsWaitedForAndCancelled() async throws {
    let value = await runBlockingCancellable { (_) throws(Never) in 42 }
    #expect(value == 42)
    await #expect(throws: FileError.self) {
      try await runBlockingCancellable { (_) throws(FileError) in throw FileError("open", "x", number: ENOENT)
      }
    }
    let task = Task {
      await runBlockingCancellable { (flag) throws(Never) in
        while !flag.isCancelled { sched_yield() }
        return true
      }
    }
    task.cancel()
    #expect(await task.value)
  }
}
