import Glibc
import HostSystem
import Synchronization
import Testing

@Suite struct ChildProcessTests {
  private func shell(_ script: String) -> Command { Command(["sh", "-c", script]) }

  @Test func bothStreamsAreCapturedApart() async throws {
    let result = try await ChildProcess.run(shell("echo out; echo err >&2"))
    #expect(result.status == .exited(0))
    #expect(result.output.text == "out\n")
    #expect(result.error.text == "err\n")
  }

  @Test func aNonzeroStatusIsAResult() async throws {
    let result = try await ChildProcess.run(shell("exit 42"))
    #expect(result.status == .exited(42))
    #expect(!result.status.isSuccess)
  }

  @Test func endingByASignalIsAResult() async throws {
    let result = try await ChildProcess.run(shell("kill -KILL $$"))
    #expect(result.status == .signalled(.kill))
    #expect(result.status.description == "ended by SIGKILL")
  }

  @Test func standardInputIsEmptyUnlessGiven() async throws {
    let result = try await ChildProcess.run(Command(["cat"]))
    #expect(result.output.totalBytes == 0)
  }

  @Test func inputReachesTheProgramWhole() async throws {
    let input = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let result = try await ChildProcess.run(Command(["cat"], input: .bytes(input), outputLimit: 4 << 20))
    #expect(result.output.bytes == input)
  }

  @Test func inputThatNobodyReadsDoesNotHang() async throws {
    let result = try await ChildProcess.run(
      Command(["true"], input: .bytes([UInt8](repeating: 1, count: 1 << 20))))
    #expect(result.status.isSuccess)
  }

  @Test func inputComesFromAFile() async throws {
    let scratch = try HostScratch()
    let path = try scratch.write("from a file", to: "input")
    let result = try await ChildProcess.run(Command(["cat"], input: .file(path)))
    #expect(result.output.text == "from a file")
  }

  @Test func onlyTheEndOfLongOutputIsKept() async throws {
    var command = shell("seq 1 200000; seq 1 200000 >&2")
    command.outputLimit = 100
    let result = try await ChildProcess.run(command)
    #expect(result.output.bytes.count == 100)
    #expect(result.output.isTruncated)
    #expect(result.output.totalBytes == 1_288_895)
    #expect(result.error.lastLines(2) == ["199999", "200000"])
  }

  @Test func outputGoesToAFile() async throws {
    let scratch = try HostScratch()
    var command = shell("echo kept; echo shown >&2")
    command.output = .file(scratch.file("out"))
    let result = try await ChildProcess.run(command)
    #expect(scratch.read("out") == "kept\n")
    #expect(result.output.totalBytes == 0)
    #expect(result.error.text == "shown\n")
  }

  @Test func linesArriveInOrderAndWhole() async throws {
    let lines = Mutex<[String]>([])
    _ = try await ChildProcess.run(shell(#"printf 'one\r\ntw'; sleep 0.05; printf 'o\nthree'"#)) { line in
      lines.withLock { $0.append("\(line.stream.rawValue) \(line.text)") }
    }
    #expect(lines.withLock { $0 } == ["stdout one", "stdout two", "stdout three"])
  }

  @Test func theEnvironmentIsExactlyTheGivenOne() async throws {
    let command = Command(["env"], environment: ["PATH=/usr/bin:/bin", "ONE=1"])
    let result = try await ChildProcess.run(command)
    #expect(Set(result.output.text.split(separator: "\n")) == ["PATH=/usr/bin:/bin", "ONE=1"])
  }

  @Test func theWorkingDirectoryIsEntered() async throws {
    let scratch = try HostScratch()
    try scratch.write("#!/bin/sh\npwd\n", to: "where", mode: 0o700)
    let result = try await ChildProcess.run(Command(["./where"], workingDirectory: scratch.path))
    #expect(result.output.text == scratch.path + "\n")
  }

  @Test func aChildLeadsASession() async throws {
    let result = try await ChildProcess.run(
      shell("cut -d' ' -f1,5,6 /proc/$$/stat | tr ' ' '\\n' | sort -u | wc -l"))
    #expect(result.output.text == "1\n")
  }

  @Test func aChildHoldsOnlyItsStreams() async throws {
    // Open for all children, as a library might leave it.
    let careless = open("/dev/null", O_RDONLY)
    defer { close(careless) }
    let result = try await ChildProcess.run(Command(["ls", "/proc/self/fd"]))
    // 3 is the folder that `ls` reads.
    #expect(result.output.lastLines(99) == ["0", "1", "2", "3"])
  }

  @Test func aChildTakesSignalsAsIfWeHadNone() async throws {
    let result = try await ChildProcess.run(shell("grep -E 'SigBlk|SigIgn' /proc/self/status | cut -f2"))
    let masks = result.output.text.split(separator: "\n").compactMap { UInt64($0, radix: 16) }
    // 32 and 33 are the C library's own; it sets them to be ignored.
    #expect(masks.map { $0 & ~0x1_8000_0000 } == [0, 0])
  }
}

@Suite struct ChildStartFailureTests {
  private func failure(_ command: Command) async -> ProcessError? {
    do throws(ProcessError) {
      _ = try await ChildProcess.run(command)
      return nil
    } catch { return error }
  }

  @Test func aMissingProgramIsNamedWithThePathSearched() async {
    let error = await failure(Command(["no-such-program"], environment: ["PATH=/usr/bin:/bin"]))
    #expect(error?.code == .notFound)
    #expect(error?.message == "`no-such-program` was not found in PATH (`/usr/bin:/bin`)")
  }

  @Test func aMissingFolderIsNotBlamedOnTheProgram() async {
    let error = await failure(Command(["true"], workingDirectory: "/no/such"))
    #expect(error?.code == .workingDirectory)
    #expect(
      error?.message == "the working directory `/no/such` cannot be entered: no such file or directory")
  }

  @Test func aFileThatIsNoProgramIsRefused() async throws {
    let scratch = try HostScratch()
    let path = try scratch.write("text", to: "file")
    #expect(await failure(Command([path]))?.code == .notExecutable)
  }

  @Test func aMissingInterpreterIsSaid() async throws {
    let scratch = try HostScratch()
    let path = try scratch.write("#!/no/such/interpreter\n", to: "script", mode: 0o700)
    #expect(
      await failure(Command([path]))?.message
        == "`\(path)` could not be started: the interpreter it names does not exist")
  }

  @Test func aZeroByteIsRefusedWithoutShowingTheValue() async {
    let error = await failure(Command(["true"], environment: ["PATH=/bin", "TOKEN=secret\0more"]))
    #expect(error?.code == .invalidCommand)
    #expect(error?.message == "the variable `TOKEN` for `true` holds a zero byte")
  }

  @Test func printingACommandShowsNoSecret() {
    let command = Command(["psql"], environment: ["PGPASSWORD=hunter2"], input: .bytes(Array("hunter2".utf8)))
    var dumped = ""
    dump(command, to: &dumped)
    #expect(!"\(command) \(String(reflecting: command)) \(dumped)".contains("hunter2"))
  }
}
