import HostSystem
import Testing

@testable import Journal

/// The script on the page of the format finds what the reader finds.
@Suite struct FormatPageTests {
  @Test func theScriptPassesAnUntouchedJournal() async throws {
    let bytes = try await journalBytes()
    let lines = bytes.count { $0 == UInt8(ascii: "\n") }
    let (status, output) = try await runScript(on: bytes)
    #expect(status.isSuccess)
    #expect(output.hasPrefix("\(lines) lines, chain intact, last "))
  }

  @Test func theScriptNamesTheLineThatWasChanged() async throws {
    var bytes = try await journalBytes()
    let newline = try unwrapped(bytes.firstIndex(of: UInt8(ascii: "\n")))
    bytes[newline + 300] ^= 1
    let (status, output) = try await runScript(on: bytes)
    #expect(!status.isSuccess)
    #expect(output == "line 2 was changed\n")
  }

  @Test func theScriptMissesNoLine() async throws {
    let lines = try await journalBytes().split(separator: UInt8(ascii: "\n")).map {
      Array($0) + [UInt8(ascii: "\n")]
    }
    let (status, output) = try await runScript(on: lines[0] + lines[2])
    #expect(!status.isSuccess)
    #expect(output == "line 2 does not follow line 1\n")
  }

  private func runScript(on journal: [UInt8]) async throws -> (ProcessStatus, String) {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let page = String(
      decoding: try DurableFile.read("/\(root)/docs/journal-format.md", limit: 1 << 20), as: UTF8.self)
    let start = try unwrapped(page.range(of: "```sh\n"), "a script on the page").upperBound
    let end = try unwrapped(String(page[start...]).range(of: "```"), "the script's end").lowerBound
    let script = String(String(page[start...])[..<end])
    return try await withDirectory { path in
      try DurableFile.create(journal, at: path + "/journal.jsonl")
      let result = try await ChildProcess.run(Command(["sh", "-c", script], workingDirectory: path))
      return (result.status, result.output.text)
    }
  }
}
