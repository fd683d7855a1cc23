import HostSystem
import Journal
import Values

/// The `--events` of a run: every event as its journal's line, once it is durable.
///
/// Written by a thread of its own in the order of the journal, so that a slow reader never delays a recovery.
final class EventStream: Sendable {
  private let lines: AsyncStream<[UInt8]>.Continuation
  private let writer: Task<Void, Never>

  /// Opens the file, or standard output for `-`; nil when no events are wanted.
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
    // Awaited by `finish`.
    writer = Task {
      for await line in stream { await runBlocking { _ = sink.write(String(decoding: line, as: UTF8.self)) } }
    }
  }

  func write(_ events: [JournaledEvent]) {
    for event in events { lines.yield(event.line) }
  }

  /// Returns when everything is written.
  func finish() async {
    lines.finish()
    await writer.value
  }
}
