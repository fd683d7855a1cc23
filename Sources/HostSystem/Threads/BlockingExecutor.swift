import Glibc

/// Threads for calls that block, so that the cooperative pool, which has one thread a core, never waits for a
/// disk.
///
/// The pool grows whenever a job finds no idle thread, without limit: its users bound their own concurrency,
/// and a limit here would let jobs that wait for each other deadlock. A thread idle for some seconds ends.
final class BlockingExecutor: Sendable {
  typealias Job = @Sendable () -> Void

  /// The one of this process.
  static let shared = BlockingExecutor(idleSeconds: 10)

  private let gate: Gate

  /// A pool whose threads end after `idleSeconds` without work.
  init(idleSeconds: Int) { gate = Gate(idleSeconds: idleSeconds) }

  /// Starts `job` at once on a thread of its own and returns.
  func submit(_ job: @escaping Job) {
    guard gate.add(job) else { return }
    guard !startThread() else { return }
    // The system gives no more threads, and those that are there may be blocked for as long as the program runs:
    // running a job here is slow, not wrong.
    gate.abandonThread()?()
  }

  /// Starts `job`, which may never return, on a thread that is its own for good; false when there is none to have.
  func submitForGood(_ job: @escaping Job) -> Bool { startThread { job() } }

  /// How many threads the pool has now.
  var threadCount: Int { gate.threadCount }

  private func startThread() -> Bool {
    startThread { [gate] in while let job = gate.next() { job() } }
  }

  private func startThread(_ body: @escaping Job) -> Bool {
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else { return false }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // Only what is touched costs memory; 2 MiB is room for SQLite, TLS and the name service.
    pthread_attr_setstacksize(&attributes, 2 << 20)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(ThreadBody(body))
    let failure = pthread_create(
      &thread, &attributes,
      { context in
        if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    guard failure != 0 else { return true }
    context.release()
    return false
  }
}

/// What a thread does from its start to its end.
private final class ThreadBody: Sendable {
  let run: BlockingExecutor.Job
  init(_ run: @escaping BlockingExecutor.Job) { self.run = run }
}

/// The queue between submitters and threads.
// Unchecked: every stored variable is read and written only between `lock` and `unlock` of the one mutex.
private final class Gate: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let idleSeconds: Int
  private var jobs: [BlockingExecutor.Job] = []
  private var threads = 0
  private var idle = 0

  init(idleSeconds: Int) {
    self.idleSeconds = idleSeconds
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // A jump of the wall clock must not end or keep threads.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Queues the job; true when the caller has to start a thread for it.
  func add(_ job: @escaping BlockingExecutor.Job) -> Bool {
    lock()
    defer { unlock() }
    jobs.append(job)
    // An idle thread that was woken counts as idle until it runs: compare with all that is queued.
    if idle >= jobs.count {
      pthread_cond_signal(condition)
      return false
    }
    threads += 1
    return true
  }

  /// Takes back the announcement of a thread; gives the newest job unless another thread took it meanwhile.
  func abandonThread() -> BlockingExecutor.Job? {
    lock()
    defer { unlock() }
    threads -= 1
    return jobs.popLast()
  }

  /// The next job for the calling thread; nil when it should end.
  func next() -> BlockingExecutor.Job? {
    lock()
    defer { unlock() }
    var deadline = timespec()
    clock_gettime(CLOCK_MONOTONIC, &deadline)
    deadline.tv_sec += idleSeconds
    while jobs.isEmpty {
      idle += 1
      let outcome = pthread_cond_timedwait(condition, mutex, &deadline)
      idle -= 1
      if outcome == ETIMEDOUT && jobs.isEmpty {
        threads -= 1
        return nil
      }
    }
    return jobs.removeFirst()
  }

  var threadCount: Int {
    lock()
    defer { unlock() }
    return threads
  }

  private func lock() { pthread_mutex_lock(mutex) }
  private func unlock() { pthread_mutex_unlock(mutex) }
}
