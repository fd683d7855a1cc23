import CSystemShims
import Glibc
import Testing

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
    withExtendedLifetime(scratch) {}
  }

  @Test func lettingGoFreesTheLockAndForgetsTheHolder() throws {
    let scratch = try HostScratch()
    do {
      let lease = try LeaseFile.acquire(scratch.file("lock"), holder: holder)
      #expect(!scratch.read("lock").isEmpty)
      _ = lease
    }
    #expect(scratch.read("lock") == "")
    #expect(try LeaseFile.state(of: scratch.file("lock")) == .free)
    #expect(failure(scratch.file("lock")) == nil)
  }

  @Test func aLookTakesNoLock() throws {
    let scratch = try HostScratch()
    try scratch.write("", to: "lock")
    #expect(try LeaseFile.state(of: scratch.file("lock")) == .free)
    #expect(try LeaseFile.state(of: scratch.file("none")) == .free)
    #expect(!scratch.exists("none"))
  }

  @Test func theNoteOfADeadHolderDoesNotLock() throws {
    let scratch = try HostScratch()
    try scratch.write(
      String(decoding: holder.line, as: UTF8.self) + String(repeating: "x", count: 2000), to: "lock")
    let path = scratch.file("lock")
    let lease = try LeaseFile.acquire(path, holder: holder)
    #expect(scratch.read("lock") == String(decoding: holder.line, as: UTF8.self))
    _ = lease
  }

  @Test func aReplacedFileIsLockedAnew() throws {
    let scratch = try HostScratch()
    let path = scratch.file("lock")
    let first = try LeaseFile.acquire(path, holder: holder)
    unlink(path)
    // The first lease locks a file without a name now: the second must not be kept out, nor share its file.
    let second = try LeaseFile.acquire(path, holder: holder)
    #expect(try LeaseFile.state(of: path) == .held(by: holder))
    _ = (first.path, second.path)
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
      _ = lease
    }
    #expect(scratch.read("lock").contains("doomed"))
    #expect(try LeaseFile.state(of: path) == .free)
    #expect(failure(path) == nil)
  }
}
