import CSystemShims
import Glibc
import Values

/// The processes of this machine, children or not.
///
/// Reading is quick and never waits; only `waitForExit` does.
public enum ProcessTable {
  /// This process.
  public static var current: ProcessIdentity {
    facts(of: getpid())?.identity ?? ProcessIdentity(pid: getpid(), startTime: 0)
  }

  /// What the kernel tells of a process now; nil when there is none of that number.
  public static func facts(of pid: Int32) -> ProcessFacts? {
    guard pid > 0, let line = ProcessFiles.bytes("/proc/\(pid)/stat") else { return nil }
    return ProcessFacts(stat: line)
  }

  /// Whether this very process still runs: false for a zombie and for another process with its number.
  public static func isAlive(_ process: ProcessIdentity) -> Bool {
    guard let facts = facts(of: process.pid) else { return false }
    return facts.identity == process && facts.isAlive
  }

  /// The argument vector a process shows; nil when there is none or it is hidden from us, empty for a kernel
  /// thread.
  public static func commandLine(of pid: Int32) -> [String]? {
    guard let bytes = ProcessFiles.bytes("/proc/\(pid)/cmdline") else { return nil }
    return bytes.split(separator: 0, omittingEmptySubsequences: false)
      .dropLast(bytes.last == 0 ? 1 : 0)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// All processes that still run, ascending by number.
  public static var running: [ProcessFacts] { ProcessFiles.pids.compactMap(facts(of:)).filter(\.isAlive) }

  /// The processes that still run and started with all of these variables, ascending by number.
  ///
  /// Only those whose environment this user may read: its own, and all of them for root.
  public static func running(withEnvironment variables: [String: String]) -> [ProcessFacts] {
    let wanted = variables.map { Array("\($0.key)=\($0.value)".utf8) }
    return running.filter { facts in
      guard let bytes = ProcessFiles.bytes("/proc/\(facts.identity.pid)/environ") else { return false }
      let given = bytes.split(separator: 0)
      return wanted.allSatisfy { variable in given.contains { $0.elementsEqual(variable) } }
    }
  }

  /// Sends a signal to this very process; false when it has ended already.
  @discardableResult
  public static func send(_ signal: Signal, to process: ProcessIdentity) throws(ProcessError) -> Bool {
    guard let descriptor = try openProcess(process) else { return false }
    defer { close(descriptor) }
    return try check(drp_pidfd_signal(descriptor, signal.rawValue), signal, process)
  }

  /// Sends a signal to all processes of the session that this process leads, so also to what it started and
  /// left behind; false when none runs any more.
  @discardableResult
  public static func send(_ signal: Signal, toSessionOf leader: ProcessIdentity) throws(ProcessError) -> Bool
  {
    var sent = false
    // By group, because that reaches a process in the middle of a fork, and its child, as one.
    for group in Set(members(ofSessionOf: leader).map(\.group)).sorted() {
      if try check(kill(-group, signal.rawValue) == 0 ? 0 : errno, signal, leader) { sent = true }
    }
    return sent
  }

  /// Whether any process of the session that this process leads, itself included, still runs.
  public static func sessionIsAlive(of leader: ProcessIdentity) -> Bool {
    !members(ofSessionOf: leader).isEmpty
  }

  /// Who started before the leader is of the session of a former owner of the number.
  private static func members(ofSessionOf leader: ProcessIdentity) -> [ProcessFacts] {
    running.filter { $0.session == leader.pid && $0.identity.startTime >= leader.startTime }
  }

  /// Suspends until this process, child or not, has ended; false when it still runs after `timeout` or when
  /// the task is cancelled.
  public static func waitForExit(
    of process: ProcessIdentity, timeout: Duration
  ) async throws(ProcessError) -> Bool {
    guard let wakeup = Wakeup() else { throw .cannotWatch(process, errno) }
    let outcome: Result<Bool, ProcessError> = await withTaskCancellationHandler {
      await runBlocking {
        Result { () throws(ProcessError) in try block(until: process, timeout: timeout, wakeup: wakeup) }
      }
    } onCancel: {
      wakeup.fire()
    }
    return try outcome.get()
  }

  private static func block(
    until process: ProcessIdentity, timeout: Duration, wakeup: Wakeup
  ) throws(ProcessError) -> Bool {
    guard let descriptor = try openProcess(process) else { return true }
    defer { close(descriptor) }
    let clock = HostClock()
    let deadline = clock.uptime + timeout
    while true {
      var watched = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&watched, 2, pollMilliseconds(until: deadline, now: clock.uptime))
      if ready > 0 { return watched[0].revents != 0 }
      if ready == 0 && clock.uptime >= deadline { return !isAlive(process) }
    }
  }

  /// A descriptor for this very process; nil when it has ended.
  private static func openProcess(_ process: ProcessIdentity) throws(ProcessError) -> Int32? {
    let descriptor = drp_pidfd_open(process.pid)
    guard descriptor >= 0 else {
      guard errno == ESRCH else { throw .cannotWatch(process, errno) }
      return nil
    }
    // The number may have been reused before the descriptor was opened, not after: look now.
    guard isAlive(process) else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  private static func check(
    _ code: Int32, _ signal: Signal, _ process: ProcessIdentity
  ) throws(ProcessError) -> Bool {
    switch code {
    case 0: return true
    case ESRCH: return false
    default: throw .cannotSignal(process, signal, code)
    }
  }
}

/// The timeout of a `poll` that should end at `deadline`: rounded up, so that it never ends early; -1 for no
/// deadline.
func pollMilliseconds(until deadline: Duration?, now: Duration) -> Int32 {
  guard let deadline else { return -1 }
  let nanoseconds = (deadline - now).nanoseconds
  guard nanoseconds > 0 else { return 0 }
  return Int32(min((nanoseconds + 999_999) / 1_000_000, Int64(Int32.max)))
}

extension ProcessError {
  fileprivate static func cannotWatch(_ process: ProcessIdentity, _ code: Int32) -> ProcessError {
    ProcessError(.system, "process \(process.pid) could not be opened: \(kernelErrorText(code))")
  }

  fileprivate static func cannotSignal(
    _ process: ProcessIdentity, _ signal: Signal, _ code: Int32
  ) -> ProcessError {
    ProcessError(.system, "\(signal) could not be sent to process \(process.pid): \(kernelErrorText(code))")
  }
}
