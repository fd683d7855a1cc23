import BackendKit
import DrplanTestKit
import HostSystem
import Testing
import Values

@testable import Backends

/// Against a real supervisord on a socket of its own; needs the Debian package `supervisor`.
@Suite struct SupervisorServiceTests {
  private let folder: ScratchFolder
  private let context: ServiceContext

  init() throws {
    folder = try ScratchFolder()
    context = try OpsService.context(folder: folder.path)
  }

  private func withSupervisor(
    _ programs: String, _ body: (_ config: String) async throws -> Void
  ) async throws {
    let config = try folder.write(
      "s.conf",
      """
      [unix_http_server]
      file=\(folder.file("s.sock"))
      [supervisord]
      logfile=\(folder.file("s.log"))
      pidfile=\(folder.file("s.pid"))
      childlogdir=\(folder.path)
      [rpcinterface:supervisor]
      supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
      [supervisorctl]
      serverurl=unix://\(folder.file("s.sock"))
      \(programs)
      """)
    let process = try await ChildProcess.spawnDaemon(
      Command(["supervisord", "--nodaemon", "-c", config]), log: folder.file("out"))
    defer { #expect(throws: Never.self) { try ProcessTable.send(.kill, toSessionOf: process) } }
    try #require(await Eventually.holds { folder.has("s.sock") }, "supervisord does not run")
    try await body(config)
    // It stops its programs, which are sessions of their own.
    try ProcessTable.send(.terminate, to: process)
    #expect(try await ProcessTable.waitForExit(of: process, timeout: .seconds(15)))
  }

  private func service(_ program: String, _ config: String) throws -> SupervisorService {
    SupervisorService(
      try OpsKeys.record(
        SupervisorService.declaration, ["program": .string(program), "config": .string(config)]))
  }

  @Test func holdsTheContractOfServices() async throws {
    try await withSupervisor(
      """
      [program:worker]
      command=/bin/sh -c 'echo contract marker; exec sleep 1000'
      autostart=false
      startsecs=0
      """
    ) { config in
      try await ServiceContract(try service("worker", config), context).holds()
    }
  }

  @Test func aProgramThatDiesIsAFailureWithItsLastLines() async throws {
    try await withSupervisor(
      """
      [program:worker]
      command=/bin/sh -c 'echo no database >&2; exit 3'
      autostart=false
      startretries=0
      """
    ) { config in
      let worker = try service("worker", config)
      let failure = await #expect(throws: StepFailure.self) { try await worker.start(context) }
      #expect(failure?.message == "supervisord could not have service `orders-api` started")
      #expect(failure?.lastLines.first == "worker: ERROR (spawn error)")
      #expect(failure?.lastLines.last == "no database")
      guard case .failed = try await worker.state(context) else {
        Issue.record("a program that died counts as failed")
        return
      }
      // Stopping what has failed is done at once.
      try await worker.stop(context)
    }
  }

  @Test func aProgramThatSupervisordDoesNotKnowIsNotTriedAgain() async throws {
    try await withSupervisor("") { config in
      let nobody = try service("nobody", config)
      let failure = await #expect(throws: StepFailure.self) { try await nobody.start(context) }
      #expect(failure?.message == "supervisord knows no program `nobody`")
      #expect(failure?.isRetryable == false)
    }
  }

  @Test func aGroupRunsWhenAllOfItRuns() async throws {
    try await withSupervisor(
      """
      [program:one]
      command=/bin/sleep 1000
      autostart=false
      startsecs=0
      [program:two]
      command=/bin/sleep 1000
      autostart=false
      startsecs=0
      [group:all]
      programs=one,two
      """
    ) { config in
      let (all, one) = (try service("all:*", config), try service("all:one", config))
      _ = try await one.start(context)
      #expect(try await all.state(context) == .stopped)
      let identity = try await all.start(context)
      #expect(identity.split(separator: ", ").count == 2)
      try await all.stop(context)
      #expect(try await one.state(context) == .stopped)
    }
  }

  @Test func saysWhenSupervisordDoesNotRun() async throws {
    let config = try folder.write(
      "s.conf", "[supervisorctl]\nserverurl=unix://\(folder.file("s.sock"))\n")
    let worker = try service("worker", config)
    let failure = await #expect(throws: StepFailure.self) { try await worker.state(context) }
    #expect(failure?.code == .managerUnavailable)
  }
}
