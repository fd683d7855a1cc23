import Testing

@testable import HostSystem

/// Every test here ends a real process tree and looks whether anything of it is left.
@Suite struct ChildEndingTests {
  /// Runs a script that writes process numbers to `pids`, one a line, and gives the error it ended with.
  private func run(
    _ script: String, in scratch: HostScratch, timeout: Duration? = nil, grace: Duration = .seconds(5)
  ) async -> ProcessError? {
    do throws(ProcessError) {
      _ = try await ChildProcess.run(
        Command(["sh", "-c", script], workingDirectory: scratch.path), timeout: timeout, grace: grace)
      return nil
    } catch { return error }
  }

  private func survivors(_ scratch: HostScratch) -> [Int32] {
    scratch.read("pids").split(separator: "\n").compactMap { Int32($0) }
      .filter { ProcessTable.facts(of: $0)?.isAlive == true }
  }

  /// Cancels the task once the script has written this many process numbers, so that its traps are in place.
  private func cancel(
    _ script: String, in scratch: HostScratch, after lines: Int, grace: Duration = .seconds(600)
  ) async -> ProcessError? {
    let task = Task { await run(script, in: scratch, grace: grace) }
    #expect(await eventually { scratch.read("pids").split(separator: "\n").count == lines })
    task.cancel()
    return await task.value
  }

  @Test func aTimeoutEndsTheWholeTree() async throws {
    let scratch = try HostScratch()
    let error = await run("sleep 600 & echo $! >> pids; sleep 600", in: scratch, timeout: .milliseconds(300))
    #expect(error?.code == .timedOut)
    #expect(error?.message == "`sh` did not finish within 300ms and was ended (ended by SIGTERM)")
    #expect(survivors(scratch).isEmpty)
  }

  @Test func cancellingTheTaskEndsTheTreeAndKeepsItsOutput() async throws {
    let scratch = try HostScratch()
    let error = await cancel(
      "echo before; echo $$ >> pids; sleep 600 & echo $! >> pids; wait", in: scratch, after: 2)
    #expect(error?.code == .cancelled)
    #expect(error?.partialResult?.output.text == "before\n")
    #expect(survivors(scratch).isEmpty)
  }

  @Test func whoRefusesToEndIsKilledAfterTheGrace() async throws {
    let scratch = try HostScratch()
    let error = await cancel(
      "trap '' TERM; sh -c 'echo $$ >> pids; while :; do sleep 1; done' & while :; do sleep 1; done",
      in: scratch,
      after: 1, grace: .milliseconds(200))
    #expect(error?.partialResult?.status == .signalled(.kill))
    #expect(survivors(scratch).isEmpty)
  }

  @Test func aGrandchildThatRefusesIsKilledThoughTheChildEnded() async throws {
    let scratch = try HostScratch()
    let error = await cancel(
      "sh -c 'trap \"\" TERM; echo $$ >> pids; while :; do sleep 1; done' & wait", in: scratch, after: 1,
      grace: .milliseconds(200))
    #expect(error?.partialResult?.status == .signalled(.terminate))
    #expect(survivors(scratch).isEmpty)
  }

  @Test func aGrandchildInAGroupOfItsOwnIsEndedToo() async throws {
    let scratch = try HostScratch()
    let error = await cancel("set -m; sleep 600 & echo $! >> pids; sleep 600", in: scratch, after: 1)
    #expect(error?.code == .cancelled)
    #expect(survivors(scratch).isEmpty)
  }

  @Test func aProgramMayCleanUpBeforeItEnds() async throws {
    let scratch = try HostScratch()
    let error = await cancel(
      "trap 'echo cleaned; exit 3' TERM; sleep 600 & echo $! >> pids; wait", in: scratch, after: 1)
    #expect(error?.partialResult?.status == .exited(3))
    #expect(error?.partialResult?.output.text == "cleaned\n")
  }

  @Test func aCancelledTaskStartsNothing() async throws {
    let scratch = try HostScratch()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await run("touch started", in: scratch)
    }
    #expect(await task.value?.message == "`sh` was cancelled: not started")
    #expect(!scratch.exists("started"))
  }

  @Test func aServiceLeftBehindThatHoldsTheStreamsDoesNotHangUs() async throws {
    let scratch = try HostScratch()
    let result = try await ChildProcess.run(
      Command(["sh", "-c", "sleep 600 & echo $! >> pids; echo done"], workingDirectory: scratch.path))
    #expect(result.status == .exited(0))
    #expect(result.output.text == "done\n")
    let left = survivors(scratch)
    #expect(left.count == 1)
    for pid in left {
      let process = try #require(ProcessTable.facts(of: pid)).identity
      try ProcessTable.send(.kill, to: process)
    }
  }

  @Test func noZombieStaysBehind() async throws {
    for _ in 0..<20 { _ = try await ChildProcess.run(Command(["true"])) }
    // Other tests running now may have ended children of ours that they reap in a moment.
    let found = await eventually {
      let ended = ProcessFiles.pids.compactMap(ProcessTable.facts(of:)).filter { !$0.isAlive }
      return !ended.contains { $0.parent == ProcessTable.current.pid }
    }
    #expect(found)
  }
}
