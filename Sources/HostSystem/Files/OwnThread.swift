import CSystemShims
import Glibc
import Synchronization

/// Says that work should stop; read at least once per block of data.
public final class CancellationFlag: Sendable {
  private let flag = Atomic(false)

  /// A flag not raised.
  public init() {}
  /// Asks for the stop; never taken back.
  public func cancel() { flag.store(true, ordering: .relaxed) }
  /// Whether the stop was asked for.
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}

/// Runs blocking code on threads of its own, away from the cooperative pool, which blocking would starve.
public enum OwnThread {
  /// Runs `body` on a new thread and suspends until it returns.
  ///
  /// The flag rises when the calling task is cancelled; the call still waits for `body`, so that nothing runs
  /// on behind the caller's back.
  public static func run<Success: Sendable, Failure: Error>(
    _ body: @escaping @Sendable (CancellationFlag) throws(Failure) -> Success
  ) async throws(Failure) -> Success {
    let flag = CancellationFlag()
    let result: Result<Success, Failure> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        _ = start(detached: true) {
          continuation.resume(returning: Result { () throws(Failure) in try body(flag) })
        }
      }
    } onCancel: {
      flag.cancel()
    }
    return try result.get()
  }

  /// Runs `body` on `count` new threads, each with its index, and `main` on this one; returns when all have.
  public static func team<Result>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Void, while main: () -> Result
  ) -> Result {
    let threads = (0..<count).map { index in start { body(index) } }
    let result = main()
    for thread in threads { pthread_join(thread, nil) }
    return result
  }

  /// Processors that this process may use.
  public static var processors: Int {
    Int(drplan_processors())
  }

  /// Threads of `run` end detached; those of `team` are joined.
  private static func start(detached: Bool = false, _ body: @escaping @Sendable () -> Void) -> pthread_t {
    var thread = pthread_t()
    let retained = Unmanaged.passRetained(Body(body))
    let result = pthread_create(
      &thread, nil,
      { raw in
        if let raw { Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run() }
        return nil
      }, retained.toOpaque())
    // Without threads nothing of this program can work: EAGAIN means a limit of the system is reached.
    precondition(result == 0, "cannot start a thread: \(FileError.text(of: result))")
    if detached { pthread_detach(thread) }
    return thread
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
