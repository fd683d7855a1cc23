import HostSystem
import RunEvents
import Testing
import Values

@testable import Journal

/// What is found in a journal that is not as it was written.
@Suite struct JournalReaderTests {
  @Test func anUntouchedJournalReadsToItsEnd() async throws {
    let contents = JournalReader.parse(try await journalBytes())
    #expect(contents.problem == nil)
    #expect(contents.events.map(\.body) == (try everyKind()))
    #expect(contents.events.map(\.sequence) == Array(0..<contents.events.count))
  }

  @Test func everyFlippedByteIsFoundOnItsLine() async throws {
    let bytes = try await shortJournalBytes()
    let whole = JournalReader.parse(bytes)
    #expect(whole.problem == nil)
    var line = 1
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1 << UInt8(index % 8)
      let contents = JournalReader.parse(changed)
      #expect(contents.problem?.kind == .broken, "byte \(index): \(String(describing: contents.problem))")
      #expect(contents.problem?.line == line)
      #expect(contents.events == Array(whole.events.prefix(line - 1)))
      if bytes[index] == UInt8(ascii: "\n") { line += 1 }
    }
  }

  @Test func everyBitOfTheLastByteIsFound() async throws {
    let bytes = try await shortJournalBytes()
    for bit in 0..<8 {
      var changed = bytes
      changed[changed.count - 1] ^= 1 << UInt8(bit)
      #expect(JournalReader.parse(changed).problem?.kind == .broken, "bit \(bit)")
    }
  }

  @Test func everyCutIsACrashAndLosesOnlyTheLastLine() async throws {
    let bytes = try await shortJournalBytes()
    let whole = JournalReader.parse(bytes).events
    for length in bytes.indices {
      let cut = Array(bytes[..<length])
      let lines = cut.count { $0 == UInt8(ascii: "\n") }
      let contents = JournalReader.parse(cut)
      #expect(contents.events == Array(whole.prefix(lines)))
      let atBoundary = length > 0 && cut.last == UInt8(ascii: "\n")
      #expect(contents.problem?.kind == (atBoundary ? nil : .torn), "cut at \(length)")
    }
  }

  @Test func zerosAfterACutAreACrashToo() async throws {
    let bytes = try await journalBytes()
    let cut = Array(bytes.dropLast(100)) + [UInt8](repeating: 0, count: 40)
    #expect(JournalReader.parse(cut).problem?.kind == .torn)
  }

  @Test func otherBytesWithoutAnEndAreNoCrash() async throws {
    let bytes = try await journalBytes()
    for tail in ["x", "{\"specversion\":\"1.0\",\"id\":\"20261120T031502Z-orders-7f3a/3\",\"source\"", " "] {
      let contents = JournalReader.parse(bytes + Array(tail.utf8))
      #expect(contents.problem?.kind == .broken, "\(tail)")
    }
  }

  @Test func aMissingDoubledOrSwappedLineIsFound() async throws {
    let lines = try await journalBytes().split(separator: UInt8(ascii: "\n")).map {
      Array($0) + [UInt8(ascii: "\n")]
    }
    var missing = lines
    missing.remove(at: 3)
    #expect(problem(missing)?.description == "line 4: the event has the number 4 where 3 is due")
    var doubled = lines
    doubled.insert(lines[3], at: 3)
    #expect(problem(doubled)?.line == 5)
    var swapped = lines
    swapped.swapAt(3, 4)
    #expect(problem(swapped)?.line == 4)
    #expect(problem(Array(lines.dropFirst()))?.line == 1)
  }

  @Test func aForgedLineWithAFittingDigestIsFoundByTheNext() async throws {
    let lines = try await journalBytes().split(separator: UInt8(ascii: "\n")).map {
      Array($0) + [UInt8(ascii: "\n")]
    }
    var forged = lines
    let index = try unwrapped(
      lines.firstIndex { String(decoding: $0, as: UTF8.self).contains("step.finished") })
    forged[index] = try resealed(lines[index], replacing: "\"Failed\"", with: "\"Succeeded\"")
    let found = problem(forged)
    #expect(found?.line == index + 2)
    #expect(found?.detail == "the line before is not the one that this event was written after")
  }

  @Test func anEmptyJournalIsACrashBeforeTheFirstEvent() {
    #expect(JournalReader.parse([]).problem?.kind == .torn)
  }

  @Test func aJournalThatIsNotThereIsAnError() async throws {
    let error = await #expect(throws: JournalError.self) {
      try await JournalReader.read("/nowhere/journal.jsonl")
    }
    #expect(error?.description == "cannot open `/nowhere/journal.jsonl`: no such file or directory")
    #expect(try await !JournalReader.isBeingWritten("/nowhere/journal.jsonl"))
  }

  private func problem(_ lines: [[UInt8]]) -> JournalProblem? {
    JournalReader.parse(lines.flatMap { $0 }).problem
  }
}
