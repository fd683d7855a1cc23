import HostSystem
import Journal
import Synchronization
import Values

/// The `--events` of a run: every event as its journal's line, once it is durable.
///
/// Written by a thread of its own in the order of the journal, so that a slow reader never delays a recovery.
final class EventStream: Sendable {
  private let lines: AsyncStream<[UInt8]>.Continuation
  private let isWritten = Atomic(false)

  /// Opens the file, or standard output for `-`; nil when no events are wanted. A FIFO that nobody reads is refused.
  static func open(_ path: String?) async throws(CommandFailure) -> EventStream? {
    guard let path else { return nil }
    if path == "-" { return EventStream(.standardOutput) }
    do throws(FileError) {
      return EventStream(try await runBlocking { () throws(FileError) in try TextSink.file(path) })
    } catch {
      throw CommandFailure(
        .refused, "events cannot be written: \(error)", remedy: "name another file with `--events`")
    }
  }

  private init(_ sink: TextSink) {
    let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    lines = continuation
    // Ends when `finish` was called and all lines are written; `finish` waits for it, but not for ever.
    Task {
      for await line in stream { await runBlocking { _ = sink.write(String(decoding: line, as: UTF8.self)) } }
      isWritten.store(true, ordering: .releasing)
    }
  }

  /// Passes events on; returns at once.
  func write(_ events: [JournaledEvent]) {
    for event in events { lines.yield(event.line) }
  }

  /// Returns when everything is written, or after five seconds in which the reader did not take it: false then.
  func finish() async -> Bool {
    lines.finish()
    return await Patience.wait(upTo: .seconds(5)) { self.isWritten.load(ordering: .acquiring) }
  }
}

/// Waits for what is no part of a recovery, and therefore never for ever.
enum Patience {
  /// Whether `condition` held within the time.
  static func wait(upTo limit: Duration, for condition: () -> Bool) async -> Bool {
    let clock = HostClock()
    let end = clock.uptime + limit
    while !condition() {
      if clock.uptime >= end { return false }
      // A cancelled wait looks again at once: it ends with its limit.
      try? await Task.sleep(for: .milliseconds(5))
    }
    return true
  }
}
