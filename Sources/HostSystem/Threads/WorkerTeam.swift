import CSystemShims
import Glibc

/// Threads that share one piece of work, away from the cooperative pool, which blocking would starve.
public enum WorkerTeam {
  /// Runs `body` on `count` new threads, each with its index, and `main` on this one; returns when all have.
  public static func run<Result>(
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

  private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
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
    return thread
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
