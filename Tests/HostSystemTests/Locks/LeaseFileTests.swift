import CSystemShims
import FoundationEssentials
import Glibc
import Testing
import Values

@testable import HostSystem

@Suite struct LeaseFileTests {
  private let holder = LeaseHolder.current(purpose: "run-7")

  private func failure(_ path: String) -> LockError? {
    do throws(LockError) {
      _ = try LeaseFile.acquire(path, holder: holder)
      return nil
    } catch { return error }
  }

  @Test func whoComesSecondLearnsWhoIsFirst() throws {
    let scratch = try HostScratch()
    let lease = try LeaseFile.acquire(scratch.file("lock"), holder: holder)
    guard case .held(let path, let first) = failure(lease.path) else {
      Issue.record("the lock was given twice")
      return
    }
    #expect(path == scratch.file("lock"))
    #expect(first == holder)
    #expect(try LeaseFile.state(of: path) == .held(by: holder))
    withExtendedLifetime((scratch, lease)) {}
  }

  @Test func lettingGoFreesTheLockAndForgetsTheHolderButNotTheCount() throws {
    let scratch = try HostScratch()
    let path = scratch.file("lock")
    for generation in 1...3 {
      let lease = try LeaseFile.acquire(path, holder: holder)
      #expect(lease.takenOver == nil)
      lease.release()
      let left = LeaseContent(Array(scratch.read("lock").utf8))
      #expect(left?.generation == UInt64(generation))
      #expect(left != nil && left?.holder == nil)
      #expect(try LeaseFile.state(of: path) == .free)
      #expect(lease.standing == .lost)
    }
  }

  /// As a child has one until it becomes another program.
  @Test func aDescriptorThatLivesOnDoesNotKeepTheLock() throws {
    let scratch = try HostScratch()
    let path = scratch.file("lock")
    let lease = try LeaseFile.acquire(path, holder: holder)
    let copies = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
      .filter { isOpen($0, path) }.map { fcntl($0, F_DUPFD_CLOEXEC, 0) }
    defer { for copy in copies { close(copy) } }
    #expect(copies.count == 1)
    lease.release()
    #expect(try LeaseFile.state(of: path) == .free)
    #expect(failure(path) == nil)
  }

  private func isOpen(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
      && opened.st_dev == named.st_dev
  }

  @Test func aLookTakesNoLock() throws {
    let scratch = try HostScratch()
    try scratch.write("", to: "lock")
    #expect(try LeaseFile.state(of: scratch.file("lock")) == .free)
    #expect(try LeaseFile.state(of: scratch.file("none")) == .free)
    #expect(!scratch.exists("none"))
  }

  @Test func aDeadHolderIsTakenOverWithTheReason() throws {
    let scratch = try HostScratch()
    let path = scratch.file("lock")
    let dead = LeaseHolder.sample(boot: HostFacts.bootID, host: HostFacts.hostName)
    try scratch.write(content(41, dead, HostClock().now) + String(repeating: "x", count: 2000), to: "lock")
    #expect(try LeaseFile.state(of: path) == .free)
    let lease = try LeaseFile.acquire(path, holder: holder)
    #expect(lease.takenOver == LeaseTakeover(holder: dead, reason: "its process has ended"))
    let now = try #require(LeaseContent(Array(scratch.read("lock").utf8)))
    #expect(now.generation == 42)
    #expect(now.holder == holder)
    #expect(scratch.read("lock").hasSuffix(String(decoding: holder.line, as: UTF8.self)))
    withExtendedLifetime(lease) {}
  }

  @Test func aHolderOfAnEarlierStartOfThisHostIsTakenOver() throws {
    let scratch = try HostScratch()
    let path = scratch.file("lock")
    let dead = LeaseHolder.sample(boot: "earlier", host: HostFacts.hostName)
    try scratch.write(content(1, dead, Timestamp(seconds: 1)), to: "lock")
    let lease = try LeaseFile.acquire(path, holder: holder)
    #expect(lease.takenOver?.reason == "its host has started anew")
  }

  @Test func aFreshSignOfLifeOfAnotherHostHoldsThoughTheKernelDoesNot() throws {
    let scratch = try HostScratch()
    let path = scratch.file("lock")
    let other = LeaseHolder.sample(boot: "other", host: "db2")
    let text = content(1, other, HostClock().now)
    try scratch.write(text, to: "lock")
    guard case .held(_, let named) = failure(path) else {
      Issue.record("a living holder lost its lock")
      return
    }
    #expect(named == other)
    #expect(try LeaseFile.state(of: path) == .held(by: other))
    #expect(scratch.read("lock") == text)
  }

  @Test(arguments: [-3600, 3600]) func anotherHostIsWatchedAndWhoMovesStays(_ age: Int64) throws {
    let scratch = try HostScratch()
    let path = scratch.file("lock")
    let other = LeaseHolder.sample(boot: "other", host: "db2")
    let beat = HostClock().now.advanced(by: .seconds(-age))
    try scratch.write(content(5, other, beat), to: "lock")
    var (told, looks) = (0, 0)
    let moving = Result { () throws(LockError) in
      try LeaseFile.acquire(path, holder: holder, timing: LeaseTiming(), watching: { _ in told += 1 }) { _ in
        looks += 1
        // What another host with a wrong clock writes.
        guard looks == 20 else { return }
        #expect(throws: Never.self) {
          try scratch.write(content(5, other, beat.advanced(by: .seconds(10))), to: "lock")
        }
      }
    }
    #expect(told == 1)
    #expect(looks == 20)
    guard case .failure(.held(_, let named)) = moving else {
      Issue.record("a living holder lost its lock")
      return
    }
    #expect(named == other)
    looks = 0
    let lease = try LeaseFile.acquire(path, holder: holder, timing: LeaseTiming(), watching: { _ in }) { _ in
      looks += 1
    }
    #expect(looks == 60)
    #expect(lease.takenOver?.holder == other)
    #expect(lease.takenOver?.reason.hasPrefix("no sign of life for ") == true)
    #expect(LeaseContent(Array(scratch.read("lock").utf8))?.generation == 6)
  }

  @Test func whoWasTakenOverFindsOutAndTouchesNothing() throws {
    let scratch = try HostScratch()
    let path = scratch.file("lock")
    let lease = try LeaseFile.acquire(path, holder: holder)
    #expect(lease.standing == .ours)
    // As another host does, which the kernel here knows nothing of.
    let other = LeaseHolder.sample(boot: "other", host: "db2")
    let text = content(2, other, HostClock().now)
    try scratch.write(text, to: "lock")
    #expect(lease.standing == .lost)
    #expect(lease.renew() == .lost)
    lease.release()
    #expect(scratch.read("lock") == text)
  }

  @Test func twoHostsWithOneCountAreTwo() throws {
    let scratch = try HostScratch()
    let lease = try LeaseFile.acquire(scratch.file("lock"), holder: holder)
    try scratch.write(content(1, holder, HostClock().now), to: "lock")
    #expect(lease.standing == .lost)
  }

  @Test func aRemovedFileIsALostLock() throws {
    let scratch = try HostScratch()
    let lease = try LeaseFile.acquire(scratch.file("lock"), holder: holder)
    unlink(lease.path)
    #expect(lease.standing == .lost)
  }

  @Test func aSignOfLifeChangesNothingElse() throws {
    let scratch = try HostScratch()
    let lease = try LeaseFile.acquire(scratch.file("lock"), holder: holder)
    let before = try #require(LeaseContent(Array(scratch.read("lock").utf8)))
    #expect(lease.renew() == .ours)
    var after = try #require(LeaseContent(Array(scratch.read("lock").utf8)))
    #expect(after.heartbeatAt > before.heartbeatAt)
    after.heartbeatAt = before.heartbeatAt
    #expect(after == before)
    #expect(lease.standing == .ours)
  }

  @Test func aContentReadsAsItWasWritten() throws {
    let whole = LeaseContent(
      generation: .max, token: .max, heartbeatAt: Timestamp(nanoseconds: .max), holder: holder)
    let bytes = whole.bytes
    #expect(LeaseContent(bytes) == whole)
    for count in bytes.indices {
      let cut = LeaseContent(Array(bytes.prefix(count)))
      #expect(cut == nil || cut?.holder == nil)
      #expect((cut != nil) == (count >= LeaseContent.headLength))
    }
    for index in 0..<LeaseContent.headLength {
      var damaged = bytes
      damaged[index] = UInt8(ascii: "?")
      #expect(LeaseContent(damaged) == nil)
    }
  }

  private func content(_ generation: UInt64, _ holder: LeaseHolder, _ heartbeat: Timestamp) -> String {
    String(
      decoding: LeaseContent(generation: generation, token: 99, heartbeatAt: heartbeat, holder: holder).bytes,
      as: UTF8.self)
  }

  @Test func aReplacedFileIsLockedAnew() throws {
    let scratch = try HostScratch()
    let path = scratch.file("lock")
    let first = try LeaseFile.acquire(path, holder: holder)
    unlink(path)
    // The first lease locks a file without a name now: the second must not be kept out, nor share its file.
    let second = try LeaseFile.acquire(path, holder: holder)
    #expect(try LeaseFile.state(of: path) == .held(by: holder))
    #expect(first.standing == .lost)
    #expect(second.standing == .ours)
  }

  @Test func aLockThatCannotBeMadeSaysWhy() throws {
    let scratch = try HostScratch()
    #expect(
      failure(scratch.file("no/lock"))?.description
        == "`\(scratch.file("no/lock"))` cannot be locked: no such file or directory")
  }

  @Test func anUnnamedHolderStillLocks() throws {
    let scratch = try HostScratch()
    let path = try scratch.write("half a li", to: "lock")
    let raw = open(path, O_RDWR | O_CLOEXEC)
    try #require(drp_lock_exclusive(raw) == 0)
    #expect(failure(path)?.description == "`\(path)` is locked by another process")
    close(raw)
  }

  @Test func deathOfTheHolderFreesTheLock() async throws {
    let scratch = try HostScratch()
    let path = scratch.file("lock")
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let lease = try LeaseFile.acquire(path, holder: .current(purpose: "doomed"))
      kill(getpid(), SIGKILL)
      withExtendedLifetime(lease) {}
    }
    #expect(scratch.read("lock").contains("doomed"))
    #expect(try LeaseFile.state(of: path) == .free)
    let next = try LeaseFile.acquire(path, holder: holder)
    #expect(next.takenOver?.holder.purpose == "doomed")
    #expect(next.takenOver?.reason == "its process has ended")
  }
}
