/// Runs `body`, which may block, on a thread of its own and suspends until it returns.
///
/// Everything that waits for a disk, a child, a name server or a lock goes through here. `body` starts at
/// once whatever else is blocked, in no particular order with other bodies, and cannot be stopped from
/// outside: for work that can, see `runBlockingCancellable`. Task-local values are not visible in it.
public func runBlocking<Success: Sendable, Failure: Error>(
  _ body: @escaping @Sendable () throws(Failure) -> Success
) async throws(Failure) -> Success {
  let outcome = await withUnsafeContinuation {
    (waiting: UnsafeContinuation<Result<Success, Failure>, Never>) in
    // Resumed exactly once: each submitted job runs exactly once.
    BlockingExecutor.shared.submit { waiting.resume(returning: Result(catching: body)) }
  }
  return try outcome.get()
}

/// Like `runBlocking`, for a body that looks at a flag which the cancellation of the calling task raises.
///
/// The call still waits until `body` returns. What it means to be cancelled, an error or a partial result, is
/// for the body to say.
public func runBlockingCancellable<Success: Sendable, Failure: Error>(
  _ body: @escaping @Sendable (CancellationFlag) throws(Failure) -> Success
) async throws(Failure) -> Success {
  let flag = CancellationFlag()
  let outcome = await withTaskCancellationHandler {
    await withUnsafeContinuation { (waiting: UnsafeContinuation<Result<Success, Failure>, Never>) in
      BlockingExecutor.shared.submit {
        waiting.resume(returning: Result { () throws(Failure) in try body(flag) })
      }
    }
  } onCancel: {
    flag.cancel()
  }
  return try outcome.get()
}

/// Runs `body`, which may block for as long as it likes, on a thread of its own, at once and waited for by nobody.
///
/// For servers of tests, which must answer also while every thread of the cooperative pool is busy.
package func onOwnThread(_ body: @escaping @Sendable () -> Void) { BlockingExecutor.shared.submit(body) }
