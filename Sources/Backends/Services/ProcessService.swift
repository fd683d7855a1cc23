import BackendKit
import Declarations
import HostSystem
import Synchronization
import Values

/// A service that drplan starts itself, as a process in a session of its own.
struct ProcessService: ServiceManager {
  private static let command = Key<[Template]>.required(
    "command", .arguments, "the program with its arguments, staying in the foreground; no shell")
  private static let workingDirectory = Key<String?>.optional(
    "workingDirectory", .path, "where it starts (default: the plan's folder)")
  private static let environment = Key<[NamedValue<Template>]>.optional(
    "environment", .variables, default: [], shownAs: "none", "variables it gets beside drplan's own")
  private static let pidFile = Key<String>.required(
    "pidFile", .path, "the file that holds its process id while it runs")
  private static let log = Key<String>.required("log", .path, "the file that its output is appended to")
  private static let stopSignal = Key<StopSignal>.optional(
    "stopSignal", .choice("a signal"), default: .term, shownAs: "TERM", "the signal that asks it to end")
  private static let stopTimeout = Key<Duration>.optional(
    "stopTimeout", .duration(), default: .seconds(10), shownAs: "10s",
    "how long it may take to end before it is killed")

  static let declaration = KindDeclaration(
    "Process", summary: "A program that drplan starts in the background and stops by signal.",
    notes: """
      The program starts in a session of its own, so that it outlives drplan and stopping it stops all that it
      started. It must stay in the foreground: one that ends at once after its start counts as failed. The pid file
      says which process it is, with the time that the process started, so that a number used again is never
      signalled; it is written before the program may stay, so that none runs unknown even if drplan is killed in that
      moment. A process that something else started, with a plain number in the pid file, is recognised by its
      command line; any other process is left alone and the step fails. Of such a process only itself gets the
      signals, unless it leads a session. A relative program with a slash counts from the plan's folder.
      """,
    example: """
      services:
        orders-api:
          manager: Process
          command: [bin/orders-api, --port, "8080"]
          pidFile: ../var/orders-api.pid
          log: ../var/orders-api.log
          ready: {http: "http://127.0.0.1:8080/healthz"}
      """,
    shape: Shape(
      "a Process service",
      [
        command.erased, workingDirectory.erased, environment.erased, pidFile.erased, log.erased,
        stopSignal.erased, stopTimeout.erased,
      ], synonyms: ["cwd": "workingDirectory", "env": "environment", "pidfile": "pidFile", "logFile": "log"]))

  /// How long a new process is watched for a sudden end before it counts as started.
  private static let settleTime: Duration = .milliseconds(250)
  /// How long SIGKILL may take.
  private static let killTime: Duration = .seconds(5)

  private let command: [Template]
  private let workingDirectory: String?
  private let environment: [NamedValue<Template>]
  private let pidFile: PidFile
  private let log: String
  private let stopSignal: StopSignal
  private let stopTimeout: Duration

  init(_ service: Record) {
    command = service[Self.command]
    workingDirectory = service[Self.workingDirectory]
    environment = service[Self.environment]
    pidFile = PidFile(path: service[Self.pidFile])
    log = service[Self.log]
    stopSignal = service[Self.stopSignal]
    stopTimeout = service[Self.stopTimeout]
  }

  var target: TargetName { TargetName("service:process\(pidFile.path)") }

  func state(_ context: ServiceContext) async throws(StepFailure) -> ServiceState {
    switch try await find(context) {
    case .nothing, .ended(_, oursInThisBoot: false): .stopped
    case .ended(let pid, oursInThisBoot: true): .failed("its process \(pid) has ended by itself")
    case .running(let process, _): .running("pid \(process.pid)")
    case .stranger(let pid, let shown):
      .failed("the pid file names process \(pid), which runs `\(shown)` instead")
    }
  }

  func start(_ context: ServiceContext) async throws(StepFailure) -> String {
    switch try await find(context) {
    case .nothing, .ended: break
    case .running(let process, _): return "pid \(process.pid)"
    case .stranger(let pid, let shown): throw foreign(pid, shown, "started", context)
    }
    let what = Command(
      try ServiceProgram.arguments(command, context),
      environment: try ServiceProgram.environment(environment, context),
      workingDirectory: workingDirectory ?? context.planDirectory)
    let (log, pidFile) = (log, pidFile)
    let offset = try await runBlocking { () throws(StepFailure) in
      try files("making room for the log and the pid file") { () throws(FileError) in
        try FileTree.makeDirectories(PathText.parent(of: log), mode: 0o755)
        try FileTree.makeDirectories(PathText.parent(of: pidFile.path), mode: 0o755)
        return try HostPath.status(log, followingLink: true)?.size ?? 0
      }
    }
    // A process that nothing knows of must not stay behind: not after a failure, not after a crash in between.
    let refusal = Mutex<StepFailure?>(nil)
    let process: ProcessIdentity
    do throws(ProcessError) {
      process = try await ChildProcess.spawnDaemon(what, log: log) { process in
        do throws(StepFailure) {
          try pidFile.write(process, logOffset: offset)
          return true
        } catch {
          refusal.withLock { $0 = error }
          return false
        }
      }
    } catch {
      throw StepFailure(ofProgram: error)
    }
    if let failure = refusal.withLock({ $0 }) { throw failure }
    guard try await hasEnded(process, within: Self.settleTime) else { return "pid \(process.pid)" }
    throw StepFailure(
      .serviceFailed, "service `\(context.service)` ended at once after its start",
      remedy: "see `\(log)`; a `Process` must stay in the foreground and free its port when it is stopped",
      lastLines: await lastLines(context))
  }

  func stop(_ context: ServiceContext) async throws(StepFailure) {
    switch try await find(context) {
    case .nothing: return
    case .ended: break
    case .stranger(let pid, let shown): throw foreign(pid, shown, "stopped", context)
    case .running(let process, _): try await end(process, context)
    }
    let path = pidFile.path
    try await runBlocking { () throws(StepFailure) in
      try files("removing the pid file") { () throws(FileError) in try SmallFile.remove(path) }
    }
  }

  func lastLines(_ context: ServiceContext) async -> [String] {
    let (log, pidFile) = (log, pidFile)
    return await runBlocking {
      // What cannot be read of a log is missing from a message, no more.
      let bytes = (try? SmallFile.tail(log, limit: 64 << 10, from: pidFile.logOffset())) ?? []
      let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      return lines.suffix(ServiceProgram.keptLines).map(String.init)
    }
  }

  private func find(_ context: ServiceContext) async throws(StepFailure) -> PidFile.Finding {
    let shown = try ServiceProgram.arguments(command, context)
    let pidFile = pidFile
    return try await runBlocking { () throws(StepFailure) in try pidFile.find(shown) }
  }

  /// Asks, waits, kills; returns when nothing of the session runs any more.
  private func end(_ process: ProcessIdentity, _ context: ServiceContext) async throws(StepFailure) {
    let clock = HostClock()
    let deadline = clock.uptime + stopTimeout
    try signal(stopSignal.signal, process)
    if try await hasEnded(process, within: stopTimeout) {
      // What it left behind has the rest of the time.
      while sessionIsAlive(process), clock.uptime < deadline { try await pause(.milliseconds(20)) }
    }
    guard !Task.isCancelled else { throw cancelled(context) }
    guard sessionIsAlive(process) || ProcessTable.isAlive(process) else { return }
    try await kill(process)
    guard !sessionIsAlive(process), !ProcessTable.isAlive(process) else {
      throw StepFailure(
        .serviceFailed,
        "service `\(context.service)`, process \(process.pid), does not end even after SIGKILL",
        remedy: "it hangs in the kernel: look at `/proc/\(process.pid)/stack` and at its disks")
    }
  }

  private func kill(_ process: ProcessIdentity) async throws(StepFailure) {
    try signal(.kill, process)
    let deadline = HostClock().uptime + Self.killTime
    while sessionIsAlive(process) || ProcessTable.isAlive(process), HostClock().uptime < deadline {
      try signal(.kill, process)
      // In a cancelled task this does not sleep: then the loop turns faster, and ends all the same.
      try? await HostClock().sleep(for: .milliseconds(10))
    }
  }

  /// A process that leads a session goes with all of it; any other goes alone.
  private func signal(_ signal: Signal, _ process: ProcessIdentity) throws(StepFailure) {
    do throws(ProcessError) {
      if leadsSession(process) {
        try ProcessTable.send(signal, toSessionOf: process)
      } else {
        try ProcessTable.send(signal, to: process)
      }
    } catch {
      throw StepFailure(ofProgram: error)
    }
  }

  private func leadsSession(_ process: ProcessIdentity) -> Bool {
    guard let facts = ProcessTable.facts(of: process.pid) else { return true }
    return facts.identity == process && facts.session == process.pid
  }

  private func sessionIsAlive(_ process: ProcessIdentity) -> Bool {
    ProcessTable.sessionIsAlive(of: process)
  }

  private func hasEnded(
    _ process: ProcessIdentity, within time: Duration
  ) async throws(StepFailure) -> Bool {
    do throws(ProcessError) {
      return try await ProcessTable.waitForExit(of: process, timeout: time)
    } catch {
      throw StepFailure(ofProgram: error)
    }
  }

  private func pause(_ time: Duration) async throws(StepFailure) {
    do throws(CancellationError) {
      try await HostClock().sleep(for: time)
    } catch {
      throw StepFailure(.cancelled, "stopping the service was cancelled", isRetryable: false)
    }
  }

  private func cancelled(_ context: ServiceContext) -> StepFailure {
    StepFailure(.cancelled, "stopping service `\(context.service)` was cancelled", isRetryable: false)
  }

  private func foreign(_ pid: Int32, _ shown: String, _ verb: String, _ context: ServiceContext)
    -> StepFailure
  {
    StepFailure(
      .foreignProcess,
      "service `\(context.service)` is not \(verb): its pid file `\(pidFile.path)` names process \(pid), which runs "
        + "`\(shown)` and not its command",
      remedy: "find out whether the service runs, stop it by hand if so, and remove the pid file",
      isRetryable: false)
  }
}

/// The signals that services take as a wish to end.
enum StopSignal: String, CaseIterable, Sendable {
  case term = "TERM"
  case int = "INT"
  case quit = "QUIT"
  case hup = "HUP"
  case usr1 = "USR1"
  case usr2 = "USR2"
  case kill = "KILL"

  var signal: Signal {
    switch self {
    case .term: .terminate
    case .int: .interrupt
    case .hup: .hangup
    case .kill: .kill
    // These three have the same number on every machine that Linux runs Swift on.
    case .quit: Signal(rawValue: 3)
    case .usr1: Signal(rawValue: 10)
    case .usr2: Signal(rawValue: 12)
    }
  }
}
