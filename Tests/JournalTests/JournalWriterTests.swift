import Glibc
import HostSystem
import RunEvents
import Synchronization
import Testing
import Values

@testable import Journal

/// What the writer promises about the disk.
@Suite struct JournalWriterTests {
  @Test func eventsAreNumberedStampedAndOnDiskBeforeRecordReturns() async throws {
    try await withDirectory { path in
      let directory = try await newDirectory(path)
      let uptime = Mutex(Duration.seconds(100))
      let clock = JournalClock(
        now: { Timestamp(seconds: 1_795_144_502) },
        uptime: {
          uptime.withLock {
            $0 += .milliseconds(250); return $0
          }
        })
      let writer = try await JournalWriter.create(
        in: directory, plan: try name("orders"), host: "h", clock: clock)
      let first = try await writer.record([try started()])
      let more = try await writer.record([
        .stepStarted(StepStarted(step: try name("step-0"), attempt: 1)), .finallyStarted,
      ])
      #expect((first + more).map(\.sequence) == [0, 1, 2])
      #expect((first + more).map(\.elapsed) == [.zero, .milliseconds(250), .milliseconds(250)])
      let contents = try await JournalReader.read(directory.journal)
      #expect(contents.events == first + more)
      #expect(contents.problem == nil)
      #expect(try await writer.record([]) == [])
    }
  }

  @Test func theJournalIsPrivateAndNeverOpenedTwice() async throws {
    try await withDirectory { path in
      let directory = try await newDirectory(path)
      let writer = try await JournalWriter.create(in: directory, plan: try name("orders"), host: "h")
      for (path, mode) in [
        (directory.journal, UInt32(0o600)), (directory.plan, 0o600), (directory.path, 0o700),
        (directory.logs, 0o700),
        (path + "/runs", 0o700),
      ] {
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == mode, "\(path)")
      }
      let error = await #expect(throws: RecordingError.self) {
        try await JournalWriter.create(in: directory, plan: try name("orders"), host: "h")
      }
      #expect(error?.description.contains("file exists") == true)
      let taken = await #expect(throws: JournalError.self) { try await newDirectory(path) }
      #expect(taken?.code == .exists)
      _ = try await writer.record([try started()])
    }
  }

  @Test func aJournalIsKnownToBeWrittenWhileItsWriterLives() async throws {
    try await withDirectory { path in
      let directory = try await newDirectory(path)
      do {
        let writer = try await JournalWriter.create(in: directory, plan: try name("orders"), host: "h")
        _ = try await writer.record([try started()])
        #expect(try await JournalReader.isBeingWritten(directory.journal))
        _ = try await writer.record([.finallyStarted])
      }
      #expect(try await !JournalReader.isBeingWritten(directory.journal))
    }
  }

  @Test func manyCallsAtOnceKeepTheirOrderAndShareSyncs() async throws {
    try await withDirectory { path in
      let directory = try await newDirectory(path)
      let batches = Mutex<[[JournaledEvent]]>([])
      let writer = try await JournalWriter.create(
        in: directory, plan: try name("orders"), host: "h",
        observers: [{ events in batches.withLock { $0.append(events) } }])
      let count = 1000
      _ = try await writer.record([try started(steps: count)])
      let recorded = try await withThrowingTaskGroup(of: [RunEvent].self) { group in
        for number in 0..<count {
          let step: StepID = try name("step-\(number)")
          group.addTask {
            let begun = try await writer.record([.stepStarted(StepStarted(step: step, attempt: 1))])
            let ended = try await writer.record([
              .stepEvidence(StepEvidenceEvent(step: step, attempt: 1, evidence: .note("done"))),
              .stepFinished(StepFinished(step: step, state: .succeeded, attempts: 1)),
            ])
            return begun + ended
          }
        }
        var all: [[RunEvent]] = []
        for try await events in group { all.append(events) }
        return all
      }
      let contents = try await JournalReader.read(directory.journal)
      #expect(contents.problem == nil)
      #expect(contents.events.count == 1 + 3 * count)
      for events in recorded {
        #expect(events[0].sequence < events[1].sequence && events[1].sequence + 1 == events[2].sequence)
        for event in events { #expect(contents.events[event.sequence] == event) }
      }
      let seen = batches.withLock { $0 }
      #expect(seen.flatMap { $0.map(\.event) } == contents.events)
      let lines = try DurableFile.read(directory.journal, limit: 1 << 24)
      #expect(seen.flatMap { $0.flatMap(\.line) } == lines)
      // Two calls a step; if none had shared a sync there would be 2,001 batches.
      #expect(seen.count < count)
    }
  }

  @Test func observersSeeOnlyWhatIsOnDisk() async throws {
    try await withDirectory { path in
      let directory = try await newDirectory(path)
      let file = directory.journal
      let found = Mutex<[Bool]>([])
      let writer = try await JournalWriter.create(
        in: directory, plan: try name("orders"), host: "h",
        observers: [
          { events in
            // A failure to read counts as not being there.
            let bytes = (try? DurableFile.read(file, limit: 1 << 20)) ?? []
            let isThere = JournalReader.parse(bytes).events.suffix(events.count) == events.map(\.event)[...]
            found.withLock { $0.append(isThere) }
          }
        ])
      for body in try everyKind() { _ = try await writer.record([body]) }
      #expect(found.withLock { $0 } == [Bool](repeating: true, count: try everyKind().count))
    }
  }

  @Test func aFullDiskEndsTheJournalWithoutAGap() async throws {
    try await withSmallFileSystem(64 << 10) { path in
      let directory = try await newDirectory(path)
      let seen = Mutex(0)
      let writer = try await JournalWriter.create(
        in: directory, plan: try name("orders"), host: "h",
        observers: [{ events in seen.withLock { $0 += events.count } }])
      var recorded = try await writer.record([try started()])
      let note = RunEvent.Body.stepEvidence(
        StepEvidenceEvent(
          step: try name("step-0"), attempt: 1, evidence: .note(String(repeating: "n", count: 3000))))
      var failure: RecordingError?
      for _ in 0..<100 where failure == nil {
        do throws(RecordingError) {
          recorded += try await writer.record([note])
        } catch {
          failure = error
        }
      }
      #expect(failure?.description.contains("no space left on device") == true)
      #expect(failure?.description.contains("is not on record") == true)
      let after = await #expect(throws: RecordingError.self) { try await writer.record([.finallyStarted]) }
      #expect(after?.description.contains("the run cannot go on") == true)
      let contents = try await JournalReader.read(directory.journal)
      #expect(contents.events == recorded)
      #expect(contents.problem == nil)
      #expect(seen.withLock { $0 } == recorded.count)
      // Room again does not bring the writer back: the event that was refused stays refused.
      #expect(unlink(directory.plan) == 0)
      await #expect(throws: RecordingError.self) { try await writer.record([.finallyStarted]) }
    }
  }

  @Test func aFullDiskFailsEveryCallThatSharedTheWrite() async throws {
    try await withSmallFileSystem(128 << 10) { path in
      let directory = try await newDirectory(path)
      let writer = try await JournalWriter.create(in: directory, plan: try name("orders"), host: "h")
      _ = try await writer.record([try started()])
      let note = RunEvent.Body.stepEvidence(
        StepEvidenceEvent(
          step: try name("step-0"), attempt: 1, evidence: .note(String(repeating: "n", count: 2000))))
      let outcomes = await withTaskGroup(of: [RunEvent]?.self) { group in
        for _ in 0..<200 {
          // A refused call is what this test counts.
          group.addTask { try? await writer.record([note]) }
        }
        var outcomes: [[RunEvent]?] = []
        for await outcome in group { outcomes.append(outcome) }
        return outcomes
      }
      let contents = try await JournalReader.read(directory.journal)
      #expect(contents.problem == nil)
      #expect(outcomes.contains { $0 == nil })
      let kept = outcomes.compactMap { $0 }.flatMap { $0 }.sorted { $0.sequence < $1.sequence }
      #expect(kept == Array(contents.events.dropFirst()))
    }
  }

  @Test func anEventThatCannotBeWrittenFailsAlone() async throws {
    try await withDirectory { path in
      let directory = try await newDirectory(path)
      let writer = try await JournalWriter.create(in: directory, plan: try name("orders"), host: "h")
      _ = try await writer.record([try started()])
      let bad = RunEvent.Body.stepRetrying(
        StepRetrying(
          step: try name("step-0"), attempt: 1, error: StepError(code: "c", message: "m"),
          delaySeconds: .infinity))
      await #expect(throws: RecordingError.self) { try await writer.record([.finallyStarted, bad]) }
      let next = try await writer.record([.finallyStarted])
      #expect(next.map(\.sequence) == [1])
      #expect(try await JournalReader.read(directory.journal).events.count == 2)
    }
  }
}
