import FoundationEssentials
import Glibc
import HostSystem
import Synchronization

/// A program that runs as a child of the tests, leader of a session of its own.
///
/// Nobody but the test ends it: `wait` reaps it, and a test that gives it up kills it.
public final class CLIProcess: Sendable {
  /// Where its three streams lead.
  public enum Streams: Sendable {
    /// Nothing in; both outputs into files that `wait` reads.
    case captured
    /// All three are this terminal, which becomes the session's own.
    case terminal(PseudoTerminal)
    /// Nothing in; standard output and standard error each go to a file that exists, such as a FIFO.
    case files(output: String, error: String)
    /// Nothing in; standard output into a file, standard error to the terminal.
    case errorOn(PseudoTerminal)
  }

  /// Its process id, and that of its session.
  public let pid: Int32
  private let outputFile: String
  private let errorFile: String
  private let status = Mutex<Int32?>(nil)

  init(
    _ arguments: [String], environment: [String], directory: String, streams: Streams, scratch: String
  ) throws {
    (outputFile, errorFile) = (scratch + ".out", scratch + ".err")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    func open(_ descriptor: Int32, _ path: String, _ flags: Int32) {
      posix_spawn_file_actions_addopen(&actions, descriptor, path, flags, 0o600)
    }
    let writing = O_WRONLY | O_CREAT | O_APPEND
    switch streams {
    case .captured:
      open(0, "/dev/null", O_RDONLY)
      open(1, outputFile, writing)
      open(2, errorFile, writing)
    case .terminal(let terminal):
      // A session leader without terminal that opens one makes it its own: Ctrl-C then reaches the session.
      for descriptor: Int32 in 0...2 { open(descriptor, terminal.path, O_RDWR) }
    case .files(let output, let error):
      open(0, "/dev/null", O_RDONLY)
      open(1, output, O_WRONLY)
      open(2, error, O_WRONLY)
    case .errorOn(let terminal):
      open(0, terminal.path, O_RDONLY)
      open(1, outputFile, writing)
      open(2, terminal.path, O_RDWR)
    }
    // The C library shows Swift no way to start elsewhere: `env` goes there and becomes the program.
    let arguments = ["/usr/bin/env", "--chdir=\(directory)"] + arguments
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    let newSession: Int32 = 0x80
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | newSession))
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = environment.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let failure = posix_spawn(&pid, arguments[0], &actions, &attributes, argv, envp)
    guard failure == 0 else { throw CLIFailure("cannot start `\(arguments[0])`: error \(failure)") }
    self.pid = pid
  }

  deinit {
    guard status.withLock({ $0 }) == nil else { return }
    // Not reaped yet, so the number is still its own.
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  /// Sends a signal to the process alone.
  public func signal(_ signal: Int32) {
    status.withLock { status in
      // While it is not reaped its number cannot name another process.
      if status == nil { kill(pid, signal) }
    }
  }

  /// Whether it has ended.
  public var hasEnded: Bool { reap() != nil }

  /// What it has written to captured streams so far.
  public var soFar: CLIResult {
    CLIResult(status: reap() ?? -1, output: Self.bytes(outputFile), error: Self.bytes(errorFile))
  }

  /// Waits for its end; one that does not end within `patience` is killed and fails the test.
  public func wait(patience: Duration = .seconds(60)) async throws -> CLIResult {
    guard await CLIDeadline.holds(within: patience, { self.hasEnded }) else {
      let result = soFar
      signal(SIGKILL)
      throw CLIFailure("still runs after \(patience)\n\(result)")
    }
    return soFar
  }

  private func reap() -> Int32? {
    status.withLock { status in
      if let status { return status }
      var raw: Int32 = 0
      guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
      let signal = raw & 0x7f
      status = signal == 0 ? (raw >> 8) & 0xff : 128 + signal
      return status
    }
  }

  private static func bytes(_ path: String) -> [UInt8] {
    FileManager.default.contents(atPath: path).map(Array.init) ?? []
  }
}

/// What went wrong around a command line.
public struct CLIFailure: Error, CustomStringConvertible {
  /// The reason.
  public let description: String

  /// A failure with its reason.
  public init(_ description: String) { self.description = description }
}

/// Waits for what real processes do.
public enum CLIDeadline {
  /// Looks at a condition until it holds; false when it still does not after `patience`.
  public static func holds(
    within patience: Duration = .seconds(60), _ condition: @Sendable () async -> Bool
  ) async -> Bool {
    let clock = HostClock()
    let deadline = clock.uptime + patience
    while clock.uptime < deadline {
      if await condition() { return true }
      // Cancellation of a test only makes it look again sooner.
      try? await clock.sleep(for: .milliseconds(10))
    }
    return await condition()
  }
}
