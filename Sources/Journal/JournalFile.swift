import HostSystem
import RunEvents
import Synchronization
import Values

/// The journal's file while it grows: every call blocks, and only the leading call of `JournalWriter` makes one.
final class JournalFile: Sendable {
  private let file: SharedFile
  private let codec: RunEventCodec
  private let run: RunID
  private let plan: PlanName
  private let chain: Mutex<Chain>
  /// What stood in the journal when it was opened.
  let events: [RunEvent]

  /// Creates, locks and syncs the file and its name.
  init(creating path: String, run: RunID, plan: PlanName, host: String) throws(RecordingError) {
    do throws(FileError) {
      let descriptor = try FileDescriptor.open(
        path, [.writeOnly, .append, .create, .exclusive, .noFollow], mode: 0o600)
      // Who looks whether the journal is locked holds the lock for an instant.
      try descriptor.lock(path: path)
      try descriptor.sync(path: path)
      try DurableFile.syncDirectory(ofFile: path)
      file = SharedFile(descriptor, path: path, unlocks: true)
    } catch {
      throw RecordingError("\(error); the run was not started")
    }
    self.run = run
    self.plan = plan
    codec = RunEventCodec(host: host) { SHA256Hasher.digest($0) }
    events = []
    chain = Mutex(Chain())
  }

  /// Opens and locks the journal of a run that is carried on, and cuts off a line that a crash left incomplete.
  init(resuming path: String, run: RunID, host: String) throws(RecordingError) {
    let contents: JournalReader.Contents
    let isLocked: Bool
    do throws(FileError) {
      let descriptor = try FileDescriptor.open(path, [.readWrite, .append, .noFollow])
      isLocked = try descriptor.tryLock(path: path)
      contents = try JournalReader.load(descriptor, path)
      if isLocked, contents.problem?.kind == .torn {
        try descriptor.resize(Int64(contents.length), path: path)
        try descriptor.sync(path: path)
      }
      file = SharedFile(descriptor, path: path, unlocks: isLocked)
    } catch {
      throw RecordingError("\(error); nothing was changed")
    }
    guard isLocked else {
      throw RecordingError("run \(run) goes on in another process: its journal is being written")
    }
    if let problem = contents.problem, problem.kind != .torn {
      throw RecordingError("the journal of run \(run) is not as it was written: \(problem)")
    }
    guard let last = contents.events.last else {
      throw RecordingError("the journal of run \(run) holds no event: nothing was changed by it")
    }
    self.run = run
    plan = last.plan
    codec = RunEventCodec(host: host) { SHA256Hasher.digest($0) }
    events = contents.events
    chain = Mutex(
      Chain(sequence: contents.events.count, previous: contents.head, length: Int64(contents.length)))
  }

  /// Writes the events of all requests with one write and one sync; the outcome of each, and what is durable now.
  func commit(
    _ requests: [JournalWriter.Request]
  ) -> (outcomes: [Result<[RunEvent], RecordingError>], written: [JournaledEvent]) {
    chain.withLock { chain in
      if let failure = chain.failure {
        return (requests.map { _ in .failure(failure) }, [])
      }
      var next = chain
      var bytes: [UInt8] = []
      var written: [JournaledEvent] = []
      var outcomes: [Result<[RunEvent], RecordingError>] = []
      for request in requests {
        do throws(RunEventCodingError) {
          let lines = try encode(request, &next)
          for line in lines { bytes += line.line }
          written += lines
          outcomes.append(.success(lines.map(\.event)))
        } catch {
          outcomes.append(.failure(RecordingError(error.description)))
        }
      }
      do throws(FileError) {
        try append(bytes, at: chain.length)
      } catch {
        chain.failure = RecordingError(
          "\(error); the run cannot go on, because what it does could not be put on record: make room or repair the "
            + "disk, then run the plan again")
        // What is left of the failed write would only look like a crash; if it cannot be cut off, it stays as that.
        try? file.descriptor.resize(chain.length, path: file.path)
        let failure = RecordingError("\(error); the event is not on record")
        return (outcomes.map { $0.flatMap { _ in .failure(failure) } }, [])
      }
      next.length += Int64(bytes.count)
      chain = next
      return (outcomes, written)
    }
  }

  /// The lines of one request; `chain` moves on only if all can be written.
  private func encode(
    _ request: JournalWriter.Request, _ chain: inout Chain
  ) throws(RunEventCodingError) -> [JournaledEvent] {
    var next = chain
    var lines: [JournaledEvent] = []
    for body in request.bodies {
      let event = RunEvent(
        sequence: next.sequence, run: run, plan: plan, time: request.time, elapsed: request.elapsed,
        body: body)
      let line = try codec.encode(event, previous: next.previous)
      lines.append(JournaledEvent(event: event, line: line))
      next.previous = SHA256Hasher.digest(line)
      next.sequence += 1
    }
    chain = next
    return lines
  }

  private func append(_ bytes: [UInt8], at offset: Int64) throws(FileError) {
    guard !bytes.isEmpty else { return }
    var result: Result<Void, FileError> = .success(())
    bytes.withUnsafeBytes { buffer in
      result = Result { () throws(FileError) in
        try file.descriptor.write(buffer, at: offset, path: file.path)
      }
    }
    try result.get()
    try file.descriptor.sync(path: file.path)
  }

  /// Where the next line goes and what it follows from.
  private struct Chain {
    var sequence = 0
    var previous = SHA256Digest.zero
    /// Bytes that are durable.
    var length: Int64 = 0
    var failure: RecordingError?
  }
}
