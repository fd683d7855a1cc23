import CSystemShims
import Glibc
import Values

/// One running child and its streams, driven by one blocking thread from start to reaping.
struct ChildSession: ~Copyable {
  /// Why we end a child that has not ended by itself.
  private enum Reason { case cancelled, timedOut }

  /// How long the streams of a child that has ended are still read while somebody else holds them open.
  private static let drainTime: Duration = .milliseconds(250)
  /// How long SIGKILL may take before the child counts as hanging in the kernel.
  private static let killTime: Duration = .seconds(10)

  private let name: String
  private let pid: Int32
  private let process: FileDescriptor
  private let cancellation: Wakeup
  private let clock = HostClock()
  private let started: Duration
  private var output: OutputCollector
  private var error: OutputCollector
  private var hasExited = false
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

  private init(
    name: String, pid: Int32, process: consuming FileDescriptor, cancellation: Wakeup, started: Duration,
    output: consuming OutputCollector, error: consuming OutputCollector
  ) {
    self.name = name
    self.pid = pid
    self.process = process
    self.cancellation = cancellation
    self.started = started
    self.output = output
    self.error = error
  }

  deinit { buffer.deallocate() }

  /// Starts the command; `finish` must follow.
  static func start(
    _ command: Command, cancellation: Wakeup, onOutputLine: (@Sendable (OutputLine) -> Void)?
  ) throws(ProcessError) -> ChildSession {
    let name = command.description
    let started = HostClock().uptime
    let input = try ChildInput.open(command.input)
    let error = try pipe(for: name)
    let pid: Int32
    let output: OutputCollector
    let limit = command.outputLimit
    switch command.output {
    case .captured:
      let ends = try pipe(for: name)
      pid = try ChildSpawner.spawn(
        command, .init(input: input.number, output: ends.writing.number, error: error.writing.number))
      output = OutputCollector(ends.reading, stream: .output, limit: limit, onLine: onOutputLine)
    case .file(let path):
      let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw .cannotOpen(path, errno) }
      let file = FileDescriptor(owning: descriptor)
      pid = try ChildSpawner.spawn(
        command, .init(input: input.number, output: file.number, error: error.writing.number))
      output = OutputCollector(nil, stream: .output, limit: limit, onLine: nil)
    }
    let process = try watch(pid, name)
    if !LiveSessions.add(pid) { kill(-pid, SIGKILL) }
    return ChildSession(
      name: name, pid: pid, process: process, cancellation: cancellation, started: started,
      output: output,
      error: OutputCollector(error.reading, stream: .error, limit: limit, onLine: onOutputLine))
  }

  /// Waits for the child, ends it when it must not go on, reaps it.
  mutating func finish(timeout: Duration?, grace: Duration) throws(ProcessError) -> ProcessResult {
    let deadline = timeout.map { started + $0 }
    var reason: Reason?
    while !hasExited, reason == nil {
      let cancelled = waitForEvents(until: deadline, watchingCancellation: true)
      guard !hasExited else { break }
      if cancelled {
        reason = .cancelled
      } else if let deadline, clock.uptime >= deadline {
        reason = .timedOut
      }
    }
    if reason != nil { try end(within: grace) }
    let elapsed = clock.uptime - started
    drain()
    let result = ProcessResult(
      status: try reap(), output: output.captured, error: error.captured, elapsed: elapsed)
    switch reason {
    case .cancelled: throw .cancelled(name, result)
    case .timedOut: throw .timedOut(name, after: timeout?.planText ?? "its time", result)
    case nil: return result
    }
  }

  /// Asks the session to end, then makes it.
  ///
  /// The leader is not reaped before, so that its number, which names the session, stays taken.
  private mutating func end(within grace: Duration) throws(ProcessError) {
    guard let leader = ProcessTable.facts(of: pid)?.identity else { return }
    let asked = clock.uptime
    try ProcessTable.send(.terminate, toSessionOf: leader)
    while !hasExited, clock.uptime < asked + grace { waitForEvents(until: asked + grace) }
    while ProcessTable.sessionIsAlive(of: leader), clock.uptime < asked + grace {
      waitForEvents(until: min(asked + grace, clock.uptime + .milliseconds(20)))
    }
    let insisted = clock.uptime
    while ProcessTable.sessionIsAlive(of: leader), clock.uptime < insisted + Self.killTime {
      try ProcessTable.send(.kill, toSessionOf: leader)
      waitForEvents(until: clock.uptime + .milliseconds(20))
    }
    if !hasExited { waitForEvents(until: clock.uptime) }
    guard hasExited else {
      leaveToReaper()
      throw .unkillable(name, pid)
    }
  }

  /// Reads what is still in the pipes.
  ///
  /// When all that ran has ended this comes to the end at once; a service that was left behind may hold them
  /// open for ever.
  private mutating func drain() {
    let deadline = clock.uptime + Self.drainTime
    while output.isOpen || error.isOpen, clock.uptime < deadline { waitForEvents(until: deadline) }
    output.close()
    error.close()
  }

  /// Polls once and takes what came; true when the task was cancelled.
  @discardableResult
  private mutating func waitForEvents(until deadline: Duration?, watchingCancellation: Bool = false) -> Bool {
    // poll passes over negative descriptors.
    var watched = [
      pollfd(fd: hasExited ? -1 : process.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: output.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: error.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: watchingCancellation ? cancellation.descriptor : -1, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&watched, nfds_t(watched.count), pollMilliseconds(until: deadline, now: clock.uptime)) > 0
    else {
      return false
    }
    if watched[1].revents != 0 { output.read(into: buffer) }
    if watched[2].revents != 0 { error.read(into: buffer) }
    if watched[0].revents != 0 { hasExited = true }
    return watched[3].revents != 0
  }

  private func reap() throws(ProcessError) -> ProcessStatus {
    var (bySignal, code): (Int32, Int32) = (0, 0)
    let failure = LiveSessions.remove(pid) { drp_pidfd_reap(process.number, &bySignal, &code) }
    guard failure == 0 else {
      throw ProcessError(.system, "the end of `\(name)` could not be read: \(kernelErrorText(failure))")
    }
    return bySignal != 0 ? .signalled(Signal(rawValue: code)) : .exited(code)
  }

  /// Reaps the child whenever it may end, on a thread that waits for nothing else.
  private func leaveToReaper() {
    let pid = pid
    LiveSessions.remove(pid) {}
    BlockingExecutor.shared.submit { while waitpid(pid, nil, 0) < 0 && errno == EINTR {} }
  }

  private static func pipe(for name: String) throws(ProcessError) -> PipeEnds {
    var failure: Int32 = 0
    guard let ends = PipeEnds(failure: &failure) else { throw .cannotStart(name, failure) }
    return ends
  }

  /// A descriptor for the child.
  ///
  /// Without one it could not be watched, so then it is ended.
  private static func watch(_ pid: Int32, _ name: String) throws(ProcessError) -> FileDescriptor {
    let descriptor = drp_pidfd_open(pid)
    guard descriptor < 0 else { return FileDescriptor(owning: descriptor) }
    let failure = errno
    kill(-pid, SIGKILL)
    while waitpid(pid, nil, 0) < 0 && errno == EINTR {}
    throw .cannotStart(name, failure)
  }
}
