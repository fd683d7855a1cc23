import Glibc
import Testing

@testable import HostSystem

@Suite struct ProcessTableTests {
  private func startSleeper(_ scratch: HostScratch) async throws -> ProcessIdentity {
    try await ChildProcess.spawnDaemon(Command(["sleep", "600"]), log: scratch.file("log"))
  }

  @Test func aDaemonIsAdoptedAndLeadsItsSession() async throws {
    let scratch = try HostScratch()
    let daemon = try await startSleeper(scratch)
    let facts = try #require(ProcessTable.facts(of: daemon.pid))
    #expect(facts.identity == daemon)
    #expect(facts.parent != getpid())
    #expect(facts.session == daemon.pid)
    #expect(facts.name == "sleep")
    #expect(ProcessTable.commandLine(of: daemon.pid) == ["sleep", "600"])
    #expect(try ProcessTable.send(.kill, to: daemon))
    #expect(try await ProcessTable.waitForExit(of: daemon, timeout: .seconds(30)))
    #expect(!ProcessTable.isAlive(daemon))
  }

  @Test func aDaemonWritesBothStreamsToTheEndOfItsLog() async throws {
    let scratch = try HostScratch()
    try scratch.write("before\n", to: "log")
    let daemon = try await ChildProcess.spawnDaemon(
      Command(["sh", "-c", "echo out; echo err >&2"]), log: scratch.file("log"))
    #expect(try await ProcessTable.waitForExit(of: daemon, timeout: .seconds(30)))
    #expect(scratch.read("log") == "before\nout\nerr\n")
  }

  @Test func daemonsStartedAtTheSameTimeDoNotWaitForEachOther() async throws {
    let scratch = try HostScratch()
    let daemons = try await withThrowingTaskGroup(of: ProcessIdentity.self) { group in
      for _ in 0..<40 { group.addTask { try await startSleeper(scratch) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(daemons.map(\.pid)).count == 40)
    for daemon in daemons { #expect(try ProcessTable.send(.kill, to: daemon)) }
  }

  @Test func aDaemonThatIsNotWrittenDownIsKilled() async throws {
    let scratch = try HostScratch()
    let daemon = try await ChildProcess.spawnDaemon(
      Command(["sh", "-c", "sleep 600 & sleep 600"]), log: scratch.file("log"), keep: { _ in false })
    #expect(await eventually { !ProcessTable.sessionIsAlive(of: daemon) })
  }

  @Test func theEnvironmentTellsWhoStartedAProcess() async throws {
    let scratch = try HostScratch()
    let mark = "drplan-test-\(UInt64.random(in: 0 ... .max))"
    let daemon = try await ChildProcess.spawnDaemon(
      Command(["sleep", "600"], environment: ["MARK=\(mark)", "OTHER=1"]), log: scratch.file("log"))
    let found = ProcessTable.running(withEnvironment: ["MARK": mark, "OTHER": "1"])
    #expect(found.map(\.identity) == [daemon])
    #expect(ProcessTable.running(withEnvironment: ["MARK": mark, "OTHER": "2"]).isEmpty)
    #expect(ProcessTable.running(withEnvironment: ["MARK": String(mark.dropLast())]).isEmpty)
    try ProcessTable.send(.kill, to: daemon)
  }

  @Test func aDaemonThatCannotStartIsAnError() async throws {
    let scratch = try HostScratch()
    await #expect {
      try await ChildProcess.spawnDaemon(Command(["no-such-program"]), log: scratch.file("log"))
    } throws: { ($0 as? ProcessError)?.code == .notFound }
  }

  @Test func aSessionIsSignalledWhole() async throws {
    let scratch = try HostScratch()
    let daemon = try await ChildProcess.spawnDaemon(
      Command(["sh", "-c", "set -m; sleep 600 & sleep 600"]), log: scratch.file("log"))
    #expect(
      await eventually { ProcessTable.running.filter { $0.session == daemon.pid }.count == 3 })
    #expect(try ProcessTable.send(.kill, toSessionOf: daemon))
    #expect(await eventually { !ProcessTable.sessionIsAlive(of: daemon) })
  }

  @Test func anotherStartTimeIsAnotherProcess() throws {
    let own = ProcessTable.current
    let former = ProcessIdentity(pid: own.pid, startTime: own.startTime - 1)
    #expect(ProcessTable.isAlive(own))
    #expect(!ProcessTable.isAlive(former))
    #expect(try !ProcessTable.send(.kill, to: former))
  }

  @Test func waitingForAProcessThatGoesOnEndsAtItsTime() async throws {
    #expect(try await !ProcessTable.waitForExit(of: ProcessTable.current, timeout: .milliseconds(20)))
  }

  @Test func cancellationEndsTheWaitForAProcess() async throws {
    let task = Task { try await ProcessTable.waitForExit(of: ProcessTable.current, timeout: .seconds(600)) }
    task.cancel()
    #expect(try await !task.value)
  }

  @Test func theHoldersOfAFileAreFound() async throws {
    let scratch = try HostScratch()
    let path = try scratch.write("held", to: "held")
    var facts = stat()
    try #require(stat(path, &facts) == 0)
    let (device, inode) = (UInt64(facts.st_dev), UInt64(facts.st_ino))
    #expect(await runBlocking { FileHolders.find(device: device, inode: inode).holders.isEmpty })
    let holder = try await ChildProcess.spawnDaemon(
      Command(["sleep", "600"], input: .file(path)), log: scratch.file("log"))
    let found = await runBlocking { FileHolders.find(device: device, inode: inode).holders }
    #expect(found == [FileHolder(process: holder, command: "sleep")])
    try ProcessTable.send(.kill, to: holder)
  }

  @Test func aMappedFileIsHeldThoughItsDescriptorIsClosed() async throws {
    let scratch = try HostScratch()
    let path = try scratch.write(String(repeating: "x", count: 4096), to: "mapped")
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var facts = stat()
    try #require(fstat(descriptor, &facts) == 0)
    let (device, inode) = (UInt64(facts.st_dev), UInt64(facts.st_ino))
    let address = try #require(mmap(nil, 4096, PROT_READ, MAP_SHARED, descriptor, 0))
    close(descriptor)
    let found = await runBlocking { FileHolders.find(device: device, inode: inode).holders.map(\.process) }
    #expect(found == [ProcessTable.current])
    munmap(address, 4096)
  }

  @Test func theHostKnowsItself() {
    #expect(HostFacts.bootID.count == 36)
    #expect(!HostFacts.hostName.isEmpty)
    #expect(HostFacts.isRoot == (HostFacts.userName == "root"))
  }
}

@Suite struct ProcessFactsTests {
  @Test func aNameWithBracketsAndBlanksIsReadWhole() throws {
    let line = "77 (a) (b c) S 1 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1 2 3"
    let facts = try #require(ProcessFacts(stat: Array(line.utf8)))
    #expect(facts.name == "a) (b c")
    #expect(facts.identity == ProcessIdentity(pid: 77, startTime: 123456))
  }

  @Test func aShortLineIsRefused() {
    #expect(ProcessFacts(stat: Array("77 (sh) S 1".utf8)) == nil)
  }
}
