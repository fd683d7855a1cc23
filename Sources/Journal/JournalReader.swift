import HostSystem
public import RunEvents
public import Values

/// Reads journals and proves that they are as they were written.
public enum JournalReader {
  /// What a journal holds up to its end or its first problem.
  public struct Contents: Sendable, Equatable {
    /// The events that fit, in order.
    public var events: [RunEvent]
    /// The first thing that does not fit; nothing from there on was read.
    public var problem: JournalProblem?
    /// How many bytes the lines of `events` take.
    public var length = 0
    /// Digest of the last of those lines; zero without one.
    public var head = SHA256Digest.zero
  }

  /// The largest journal that is read: far beyond that of a plan of ten thousand steps.
  static let limit: Int64 = 1 << 30

  /// Reads a journal from disk; one that is being written may be read too, and then may seem torn.
  public static func read(_ path: String) async throws(JournalError) -> Contents {
    do throws(FileError) {
      let bytes = try await runBlocking { () throws(FileError) in try load(path) }
      return await runBlocking { parse(bytes) }
    } catch {
      throw JournalError(error)
    }
  }

  /// Whether a process still writes the journal; false for one that ended or crashed, and when there is none.
  public static func isBeingWritten(_ path: String) async throws(JournalError) -> Bool {
    do throws(FileError) {
      return try await runBlocking { () throws(FileError) in
        do throws(FileError) {
          return try !FileDescriptor.open(path).tryLock(path: path)
        } catch {
          guard error.isMissing else { throw error }
          return false
        }
      }
    } catch {
      throw JournalError(error)
    }
  }

  /// Checks the bytes of a journal: each line's own digest, the digest of the line before, the numbers, the run, the
  /// order of the clock, the first and the last event.
  public static func parse(_ bytes: [UInt8]) -> Contents {
    var contents = Contents(events: [], problem: nil)
    var isOver = false
    let codec = RunEventCodec(host: "") { SHA256Hasher.digest($0) }
    var previous = SHA256Digest.zero
    var rest = bytes[...]
    func stop(_ kind: JournalProblem.Kind, _ detail: String) {
      contents.problem = JournalProblem(kind: kind, line: contents.events.count + 1, detail: detail)
    }
    if bytes.isEmpty {
      stop(.torn, "the journal is empty; its run ended before its first event was on record")
    }
    while !rest.isEmpty {
      guard let newline = rest.firstIndex(of: UInt8(ascii: "\n")) else {
        if isTorn(rest, codec, after: contents.events.last) {
          stop(.torn, "the line is incomplete, as a crash leaves it; it is not part of the record")
        } else {
          stop(.broken, "the line has no end and is not the beginning of an event")
        }
        break
      }
      let line = Array(rest[...newline])
      do throws(RunEventCodingError) {
        let read = try codec.decode(line)
        if let misfit = misfit(read, previous, contents.events, isOver: isOver) {
          stop(.broken, misfit)
          break
        }
        contents.events.append(read.event)
      } catch {
        stop(.broken, error.description)
        break
      }
      if let last = contents.events.last { isOver = last.body.isOver(after: isOver) }
      previous = SHA256Hasher.digest(line)
      rest = rest[(newline + 1)...]
      contents.length = newline + 1
      contents.head = previous
    }
    return contents
  }

  /// Why the line does not follow from those before it.
  private static func misfit(
    _ line: RunEventCodec.Line, _ previous: SHA256Digest, _ events: [RunEvent], isOver: Bool
  ) -> String? {
    let event = line.event
    guard event.sequence == events.count else {
      return "the event has the number \(event.sequence) where \(events.count) is due"
    }
    guard line.previous == previous else {
      return events.isEmpty
        ? "the first event points back to another line"
        : "the line before is not the one that this event was written after"
    }
    guard let last = events.last else {
      if case .runStarted(let body) = event.body, body.plan == event.plan { return nil }
      return "the first event does not start a run of plan `\(event.plan)`"
    }
    guard event.run == last.run, event.plan == last.plan else {
      return "the event belongs to run `\(event.run)` of plan `\(event.plan)`"
    }
    guard event.elapsed >= last.elapsed else { return "the event's elapsed time runs backwards" }
    if isOver, !event.body.mayFollowTheEnd { return "the event follows the end of the run" }
    if case .runStarted = event.body { return "the run starts a second time" }
    return nil
  }

  /// Whether bytes without an end can be what a crash leaves: the beginning of the next event's line, then perhaps
  /// zeros, which some file systems leave for what did not reach the disk.
  private static func isTorn(_ tail: ArraySlice<UInt8>, _ codec: RunEventCodec, after last: RunEvent?) -> Bool
  {
    let end = tail.lastIndex { $0 != 0 }
    let written = end.map { tail[...$0] } ?? []
    var start = Array("{\"specversion\":\"1.0\",\"id\":\"".utf8)
    if let last { start += Array("\(last.run)/\(last.sequence + 1)\",\"source\":\"urn:drplan:".utf8) }
    guard written.starts(with: start.prefix(written.count)) else { return false }
    let hash = Array(",\"linehash\":\"".utf8)
    guard let found = lastRange(of: hash, in: written) else { return true }
    // The line states its own digest: a whole statement must be true, and nothing may follow it.
    let stated = written[found.upperBound...]
    guard stated.count <= 66 else { return false }
    guard stated.count >= 64 else { return stated.allSatisfy(isHexDigit) }
    guard let digest = SHA256Digest(hex: String(decoding: stated.prefix(64), as: UTF8.self)) else {
      return false
    }
    return digest == SHA256Hasher.digest(Array(written[..<found.lowerBound]))
      && "\"}".utf8.starts(with: stated.dropFirst(64))
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte)
  }

  private static func lastRange(of pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
    guard bytes.count >= pattern.count else { return nil }
    // A digest and its quotes follow at most: the pattern can only stand near the end.
    var start = bytes.endIndex - pattern.count
    let first = max(bytes.startIndex, bytes.endIndex - pattern.count - 80)
    while start >= first {
      if bytes[start..<start + pattern.count].elementsEqual(pattern) { return start..<start + pattern.count }
      start -= 1
    }
    return nil
  }

  /// Reads and checks an open journal.
  static func load(_ file: borrowing FileDescriptor, _ path: String) throws(FileError) -> Contents {
    parse(try bytes(of: file, path))
  }

  static func load(_ path: String) throws(FileError) -> [UInt8] {
    try bytes(of: FileDescriptor.open(path, .noFollow), path)
  }

  private static func bytes(of file: borrowing FileDescriptor, _ path: String) throws(FileError) -> [UInt8] {
    let size = try file.status(path: path).size
    guard size <= limit else {
      throw FileError(
        "read", path, detail: "it has \(size) bytes, more than the \(limit) that a journal may have")
    }
    return try file.bytes(Int(size), path: path)
  }
}

extension RunEvent.Body {
  /// Whether the run is over after this event.
  fileprivate func isOver(after wasOver: Bool) -> Bool {
    switch self {
    case .runFinished: true
    case .runResumed(let resumed): resumed.purpose == .commit && wasOver
    default: wasOver
    }
  }

  /// A run that is over can be resumed, committed, and the places of a drill removed.
  fileprivate var mayFollowTheEnd: Bool {
    switch self {
    case .runResumed, .runCommitted, .drillPlaceRemoved: true
    default: false
    }
  }
}
