import BackendKit
import DrplanTestKit
import HostSystem
import Testing
import Values

@testable import Backends

@Suite struct ProcessServiceTests {
  private let folder: ScratchFolder
  private let context: ServiceContext

  init() throws {
    folder = try ScratchFolder()
    context = try OpsService.context(folder: folder.path)
  }

  @Test func holdsTheContractOfServices() async throws {
    let service = try OpsService.processService(
      folder, ["/bin/sh", "-c", "echo contract marker; exec sleep 1000"])
    try await ServiceContract(service, context).holds()
  }

  @Test func aRelativeProgramCountsFromThePlansFolder() async throws {
    _ = try await folder.script("serve", "pwd", "exec sleep 1000")
    let service = try OpsService.processService(folder, ["./serve"])
    _ = try await service.start(context)
    #expect(await Eventually.holds { folder.lines("log") == [folder.path] })
    try await service.stop(context)
  }

  @Test func environmentAndWorkingDirectoryReachTheProcess() async throws {
    let service = try OpsService.processService(
      folder, ["/bin/sh", "-c", "echo $COLOUR $(pwd); exec sleep 1000"],
      [.init("environment", ["COLOUR": "blue"]), .init("workingDirectory", "/usr")])
    _ = try await service.start(context)
    #expect(await Eventually.holds { folder.lines("log") == ["blue /usr"] })
    try await service.stop(context)
  }

  @Test func aProcessThatDiesAtOnceIsAFailureWithItsLastLines() async throws {
    let service = try OpsService.processService(folder, ["/bin/sh", "-c", "echo port 8080 is taken; exit 3"])
    try folder.write("log", "a line of last week\n")
    let failure = await #expect(throws: StepFailure.self) { try await service.start(context) }
    #expect(failure?.lastLines == ["port 8080 is taken"])
    #expect(failure?.message.contains("`orders-api`") == true)
  }

  @Test func aProcessThatEndedLaterIsReportedAsFailed() async throws {
    let service = try OpsService.processService(folder, ["/bin/sleep", "1000"])
    _ = try await service.start(context)
    let pid = try #require(folder.lines("pid").first.flatMap { Int32($0) })
    let process = try #require(ProcessTable.facts(of: pid)?.identity)
    try ProcessTable.send(.kill, to: process)
    _ = try await ProcessTable.waitForExit(of: process, timeout: .seconds(10))
    #expect(try await service.state(context) == .failed("its process \(pid) has ended by itself"))
    try await service.stop(context)
    #expect(try await service.state(context) == .stopped)
  }

  @Test func stoppingEndsWhatTheServiceStarted() async throws {
    let service = try OpsService.processService(
      folder,
      ["/bin/sh", "-c", "sleep 1000 & echo $! > \(folder.file("child")); sh -c 'exec sleep 2000' & wait"])
    _ = try await service.start(context)
    #expect(await Eventually.holds { !folder.lines("child").isEmpty })
    let pid = try #require(folder.lines("child").first.flatMap { Int32($0) })
    let child = try #require(ProcessTable.facts(of: pid)?.identity)
    try await service.stop(context)
    #expect(!ProcessTable.isAlive(child))
  }

  @Test func aServiceThatIgnoresItsSignalIsKilledWithItsChildren() async throws {
    let service = try OpsService.processService(
      folder,
      [
        "/bin/sh", "-c",
        "trap '' TERM; sleep 1000 & echo $! > \(folder.file("child")); while :; do sleep 1; done",
      ],
      [.init("stopTimeout", "100ms")])
    _ = try await service.start(context)
    #expect(await Eventually.holds { !folder.lines("child").isEmpty })
    let pids = (folder.lines("child") + folder.lines("pid").prefix(1)).compactMap { Int32($0) }
    let processes = pids.compactMap { ProcessTable.facts(of: $0)?.identity }
    #expect(processes.count == 2)
    try await service.stop(context)
    #expect(!processes.contains { ProcessTable.isAlive($0) })
  }

  @Test func theStopSignalIsTheOneOfThePlan() async throws {
    let service = try OpsService.processService(
      folder, ["/bin/sh", "-c", "trap 'echo got QUIT; exit' QUIT; echo up; while :; do sleep 0.05; done"],
      [.init("stopSignal", "QUIT")])
    _ = try await service.start(context)
    #expect(await Eventually.holds { folder.lines("log") == ["up"] })
    try await service.stop(context)
    #expect(folder.lines("log").contains("got QUIT"))
  }

  @Test func aNumberUsedAgainIsNeverSignalled() async throws {
    let service = try OpsService.processService(folder, ["/bin/sleep", "1000"])
    let other = try await ChildProcess.spawnDaemon(
      Command(["/bin/sleep", "1000"]), log: folder.file("other"))
    // The file says that the service's process started at another time.
    try folder.write("pid", "\(other.pid)\nstart=\(other.startTime - 1) boot=\(HostFacts.bootID) log=0\n")
    try await service.stop(context)
    #expect(ProcessTable.isAlive(other))
    #expect(!folder.has("pid"))
    try ProcessTable.send(.kill, to: other)
  }

  @Test func aNumberOfAnotherBootIsNeverSignalled() async throws {
    let service = try OpsService.processService(folder, ["/bin/sleep", "1000"])
    let other = try await ChildProcess.spawnDaemon(
      Command(["/bin/sleep", "1000"]), log: folder.file("other"))
    try folder.write("pid", "\(other.pid)\nstart=\(other.startTime) boot=another log=0\n")
    #expect(try await service.state(context) == .stopped)
    try await service.stop(context)
    #expect(ProcessTable.isAlive(other))
    try ProcessTable.send(.kill, to: other)
  }

  @Test func aProcessStartedByOthersIsRecognisedByItsCommand() async throws {
    let service = try OpsService.processService(folder, ["sleep", "1234"])
    let process = try await ChildProcess.spawnDaemon(
      Command(["/bin/sleep", "1234"]), log: folder.file("other"))
    try folder.write("pid", "\(process.pid)\n")
    #expect(try await service.state(context) == .running("pid \(process.pid)"))
    try await service.stop(context)
    #expect(!ProcessTable.isAlive(process))
  }

  @Test func aProcessWithAnotherCommandIsLeftAlone() async throws {
    let service = try OpsService.processService(folder, ["/bin/sleep", "1234"])
    let other = try await ChildProcess.spawnDaemon(
      Command(["/bin/sleep", "4321"]), log: folder.file("other"))
    try folder.write("pid", "\(other.pid)\n")
    for attempt in [{ _ = try await service.start(context) }, { try await service.stop(context) }] {
      let failure = await #expect(throws: StepFailure.self) { try await attempt() }
      #expect(failure?.code == .foreignProcess)
      #expect(failure?.isRetryable == false)
      #expect(failure?.message.contains("`/bin/sleep 4321`") == true)
    }
    #expect(ProcessTable.isAlive(other))
    try ProcessTable.send(.kill, to: other)
  }

  @Test func aPidFileWithoutANumberIsRefused() async throws {
    let service = try OpsService.processService(folder, ["/bin/sleep", "1000"])
    try folder.write("pid", "orders\n")
    let failure = await #expect(throws: StepFailure.self) { try await service.stop(context) }
    #expect(failure?.message == "the pid file `\(folder.file("pid"))` holds no process id")
  }

  @Test func aProgramThatIsNotThereIsNotTriedAgain() async throws {
    let service = try OpsService.processService(folder, ["./nowhere"])
    let failure = await #expect(throws: StepFailure.self) { try await service.start(context) }
    #expect(failure?.code == .programUnavailable)
    #expect(failure?.isRetryable == false)
  }

  @Test func scriptsAreRecognisedBehindTheirInterpreter() {
    #expect(PidFile.shows(["/bin/sh", "/srv/serve", "--port", "1"], ["/srv/serve", "--port", "1"]))
    #expect(PidFile.shows(["python3", "-u", "/srv/serve"], ["/srv/serve"]))
    #expect(!PidFile.shows(["/srv/serve", "--port", "2"], ["/srv/serve", "--port", "1"]))
    #expect(!PidFile.shows(["/other/serve"], ["/srv/serve"]))
    #expect(!PidFile.shows([], ["/srv/serve"]))
  }
}
