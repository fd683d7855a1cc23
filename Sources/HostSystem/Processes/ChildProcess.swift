import Glibc

/// Runs programs: each as leader of a session of its own, so that ending it ends all it started.
///
/// A child gets default signal handlers, an empty signal mask and no descriptor but its three streams.
public enum ChildProcess {
  /// Runs a command to its end and gives its result, whatever its exit status.
  ///
  /// When the task is cancelled or `timeout` has passed, the whole session gets SIGTERM and, if anything of
  /// it still runs after `grace`, SIGKILL; then `ProcessError` with code `cancelled` or `timedOut` holds what
  /// was written. The child is always reaped. Processes it leaves behind on a normal exit live on, without
  /// being waited for, even if they hold its streams open.
  ///
  /// - Parameters:
  ///   - onOutputLine: called for each line of both captured streams, in order within each, on a thread that
  ///     reads nothing more until it returns.
  public static func run(
    _ command: Command, timeout: Duration? = nil, grace: Duration = .seconds(5),
    onOutputLine: (@Sendable (OutputLine) -> Void)? = nil
  ) async throws(ProcessError) -> ProcessResult {
    guard let wakeup = Wakeup() else { throw .cannotStart(command.description, errno) }
    guard !Task.isCancelled else { throw .cancelled(command.description, nil) }
    let outcome: Result<ProcessResult, ProcessError> = await withTaskCancellationHandler {
      await runBlocking {
        Result { () throws(ProcessError) in
          var session = try ChildSession.start(command, cancellation: wakeup, onOutputLine: onOutputLine)
          return try session.finish(timeout: timeout, grace: grace)
        }
      }
    } onCancel: {
      wakeup.fire()
    }
    return try outcome.get()
  }

  /// Kills every child that `run` still waits for, with all that it started, and any that is started later.
  ///
  /// For the end of a program that cannot wait for work it gave up. Services of `spawnDaemon` are left alone.
  public static func killAll() async { await runBlocking { LiveSessions.close() } }

  /// Starts a service that outlives this process: in its own session, child of init, both streams appended to
  /// the file `log` (made with mode 0600).
  ///
  /// Returns as soon as the program is executing; whether it is ready, or has ended again, is for the caller
  /// to find out. Keep the identity to recognise the process later. `command.output` and `outputLimit` are
  /// not used.
  ///
  /// - Parameters:
  ///   - keep: called with the new process, to write down which it is; when it gives false, or this process
  ///     ends before it gives anything, the new one is killed: so none ever runs that is not written down.
  public static func spawnDaemon(
    _ command: Command, log: String, keep: @escaping @Sendable (ProcessIdentity) -> Bool = { _ in true }
  ) async throws(ProcessError) -> ProcessIdentity {
    try await runBlocking { () throws(ProcessError) in
      let input = try ChildInput.open(command.input)
      let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw .cannotOpen(log, errno) }
      let output = FileDescriptor(owning: descriptor)
      return try ChildSpawner.spawnOrphan(
        command, .init(input: input.number, output: output.number, error: output.number), keep: keep)
    }
  }
}
