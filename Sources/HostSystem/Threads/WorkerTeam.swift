import CSystemShims
import Glibc
import Synchronization

/// Threads that share one piece of work, away from the cooperative pool, which blocking would starve.
public enum WorkerTeam {
  /// Runs `body` on `count` new threads, each with its index, and `main` on this one; returns when all have.
  ///
  /// Either all threads are there or, with the error, nothing has run: half a team could wait for the other for ever.
  public static func run<Result>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Void, while main: () -> Result
  ) throws(ThreadShortage) -> Result {
    let admission = Admission()
    var threads: [pthread_t] = []
    var failure: Int32 = 0
    // Whoever is started waits for the lock, and then learns whether all are there.
    admission.isGranted.withLock { isGranted in
      for index in 0..<count where failure == 0 {
        var thread = pthread_t()
        failure = start(&thread) {
          if admission.isGranted.withLock({ $0 }) { body(index) }
        }
        if failure == 0 { threads.append(thread) }
      }
      isGranted = failure == 0
    }
    defer { for thread in threads { pthread_join(thread, nil) } }
    guard failure == 0 else { throw ThreadShortage(started: threads.count, wanted: count, number: failure) }
    return main()
  }

  /// Processors that this process may use.
  public static var processors: Int {
    Int(drplan_processors())
  }

  private static func start(_ thread: inout pthread_t, _ body: @escaping @Sendable () -> Void) -> Int32 {
    let retained = Unmanaged.passRetained(Body(body))
    let failure = pthread_create(
      &thread, nil,
      { raw in
        if let raw { Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run() }
        return nil
      }, retained.toOpaque())
    if failure != 0 { retained.release() }
    return failure
  }

  private final class Admission: Sendable {
    let isGranted = Mutex(false)
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// The system gave fewer threads than a piece of work needs.
public struct ThreadShortage: Error, Sendable, Equatable, CustomStringConvertible {
  let started: Int
  let wanted: Int
  let number: Int32

  /// For people.
  public var description: String {
    "cannot start thread \(started + 1) of \(wanted): \(kernelErrorText(number))"
  }
}
