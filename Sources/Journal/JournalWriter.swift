import HostSystem
public import RunEvents
import Synchronization
public import Values

/// Writes a run's events to its journal: numbered, stamped, chained, synced before `record` returns.
///
/// Calls that arrive while a sync runs wait for it and then share the next one, so that a thousand steps at once
/// cost a few syncs and not a thousand. Events stand in the order in which `record` was called. After a failed write
/// or sync nothing is ever written again: a journal may end early, but has no gap.
public final class JournalWriter: EventRecorder {
  /// Sees events once they are durable, in order, on the writer's thread, before `record` returns: must be quick and
  /// must not call `record`.
  public typealias Observer = @Sendable ([JournaledEvent]) -> Void

  private let file: JournalFile
  private let queue: Mutex<Queue>
  private let clock: JournalClock
  private let observers: [Observer]

  /// Creates the journal of a run, 0600; the file and its name are durable when it returns.
  ///
  /// An existing journal is an error.
  /// While the writer lives, the file is locked, by which others can tell a run that goes on from one that crashed.
  public static func create(
    in directory: RunDirectory, plan: PlanName, host: String, clock: JournalClock = .host,
    observers: [Observer] = []
  ) async throws(RecordingError) -> JournalWriter {
    let path = directory.journal
    let run = directory.run
    let file = try await runBlocking { () throws(RecordingError) in
      try JournalFile(creating: path, run: run, plan: plan, host: host)
    }
    return JournalWriter(file: file, clock: clock, observers: observers)
  }

  /// Opens the journal of a run to carry it on, and gives the events in it; a line that a crash left incomplete is cut off.
  ///
  /// A journal that another process writes, or that is not as it was written, is an error. Elapsed times go on as if the
  /// run had never stopped: the wall clock tells how long nobody wrote, never less than nothing.
  public static func resume(
    in directory: RunDirectory, host: String, clock: JournalClock = .host, observers: [Observer] = []
  ) async throws(RecordingError) -> (journal: JournalWriter, events: [RunEvent], elapsed: Duration) {
    let path = directory.journal
    let run = directory.run
    let file = try await runBlocking { () throws(RecordingError) in
      try JournalFile(resuming: path, run: run, host: host)
    }
    let journal = JournalWriter(file: file, clock: clock, observers: observers)
    let recorded = file.events.last?.elapsed ?? .zero
    let sinceStart = file.events.first.map { $0.time.distance(to: clock.now()) } ?? .zero
    let elapsed = max(recorded, sinceStart)
    journal.queue.withLock { $0.start = clock.uptime() - elapsed }
    return (journal, file.events, elapsed)
  }

  init(file: JournalFile, clock: JournalClock, observers: [Observer]) {
    self.file = file
    self.clock = clock
    self.observers = observers
    queue = Mutex(Queue())
  }

  /// Puts the events on record; all of them or, with an error, none that counts.
  public func record(_ bodies: [RunEvent.Body]) async throws(RecordingError) -> [RunEvent] {
    guard !bodies.isEmpty else { return [] }
    let call = await withCheckedContinuation { (waiting: CheckedContinuation<Call, Never>) in
      // The clocks are read under the lock, so that stamps never run against the order of the events.
      let leads = queue.withLock { queue in
        let uptime = clock.uptime()
        let start = queue.start ?? uptime
        queue.start = start
        let leads = !queue.isLed
        queue.isLed = true
        queue.requests.append(
          Request(bodies: bodies, time: clock.now(), elapsed: uptime - start, waiting: leads ? nil : waiting))
        return leads
      }
      if leads { waiting.resume(returning: .lead) }
    }
    switch call {
    case .done(let outcome): return try outcome.get()
    case .lead: return try await runBlocking { () throws(RecordingError) in try self.commitAll() }
    }
  }

  /// Writes whatever waits, wakes who waited for it, and hands the lead to the first of those who came meanwhile.
  private func commitAll() throws(RecordingError) -> [RunEvent] {
    let requests = queue.withLock { queue in
      let requests = queue.requests
      queue.requests = []
      return requests
    }
    let (outcomes, written) = file.commit(requests)
    if !written.isEmpty {
      for observer in observers { observer(written) }
    }
    let next = queue.withLock { queue in
      guard !queue.requests.isEmpty else {
        queue.isLed = false
        return nil as CheckedContinuation<Call, Never>?
      }
      let next = queue.requests[0].waiting
      queue.requests[0].waiting = nil
      return next
    }
    next?.resume(returning: .lead)
    var mine: Result<[RunEvent], RecordingError>?
    for (request, outcome) in zip(requests, outcomes) {
      if let waiting = request.waiting {
        waiting.resume(returning: .done(outcome))
      } else {
        mine = outcome
      }
    }
    guard let mine else {
      throw RecordingError("the journal lost track of who writes it: a defect in drplan")
    }
    return try mine.get()
  }

  /// What a waiting call is woken with.
  enum Call: Sendable {
    /// Its events are durable, or never will be.
    case done(Result<[RunEvent], RecordingError>)
    /// It has to write what waits, its own events among it.
    case lead
  }

  /// One call of `record`.
  struct Request: Sendable {
    var bodies: [RunEvent.Body]
    var time: Timestamp
    var elapsed: Duration
    /// Nil for the call that leads: it takes its outcome from its own commit.
    var waiting: CheckedContinuation<Call, Never>?
  }

  private struct Queue {
    var requests: [Request] = []
    var isLed = false
    /// `uptime` at the first event.
    var start: Duration?
  }
}
