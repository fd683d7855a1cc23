import BackendKit
import Declarations
import DrplanTestKit
import HostSystem
import RunEvents
import Testing
import Values

@testable import Backends

/// Commands whose drplan was killed, and the way back.
@Suite struct CommandUndoTests {
  private let folder: ScratchFolder
  private let step = OpsStep()
  /// Its own, since processes are known by the run and the step that started them.
  private let name = "step-\(UInt32.random(in: 0...UInt32.max))"

  init() throws { folder = try ScratchFolder() }

  private func shell(_ line: String, _ more: [JSONValue.Member] = []) throws -> RunCommand {
    let keys = JSONValue.object([.init("command", ["/bin/sh", "-c", .string(line)])] + more)
    return RunCommand(try OpsKeys.record(RunCommand.declaration, keys, folder: folder.path))
  }

  private func context(_ earlier: [StepEvidence] = []) throws -> StepContext {
    try step.context(folder, step: name, earlier: earlier)
  }

  private var commands: [CommandRecord] {
    step.recorded.compactMap { if case .command(let record) = $0 { record } else { nil } }
  }

  @Test func howItEndedGoesOnRecordWithTheEndOfTheStep() async throws {
    let result = try await shell("echo dr-2").run(try context())
    #expect(result.evidence == [.command(CommandRecord(exitCode: 0, output: "dr-2"))])
    #expect(step.recorded.isEmpty)
    await #expect(throws: StepFailure.self) { try await shell("exit 3").run(try context()) }
    #expect(commands == [CommandRecord(exitCode: 3)])
  }

  @Test func itsEndOnRecordIsKnown() async throws {
    let action = try shell("echo dr-2; exit 3", [.init("successCodes", [0, 3])])
    let result = try await action.run(try context())
    guard case .done(let found, _) = try await action.reconcile(try context(result.evidence)) else {
      Issue.record("3 means success")
      return
    }
    #expect(found.outputs == result.outputs)
    #expect(
      try await shell("exit 3").reconcile(try context(result.evidence))
        == .notDone("it had ended with exit status 3"))
    // What it put on record before it began anew does not count.
    let anew = try step.context(folder, step: name, earlier: result.evidence, current: [])
    guard case .unknown = try await action.reconcile(anew) else {
      Issue.record("nobody can tell")
      return
    }
  }

  @Test func withoutItsEndOnRecordOnlyASafeOneIsRunAgain() async throws {
    let earlier: [StepEvidence] = []
    guard case .unknown(let question) = try await shell("true").reconcile(try context(earlier)) else {
      Issue.record("nobody can tell")
      return
    }
    let run = try context().run.id
    #expect(
      question
        == "`/bin/sh` was about to run, and its end is not on record: look whether it did its work, then answer with "
        + "`drplan resume \(run) --done \(name)` if it did, or `--retry \(name)`")
    guard case .notDone = try await shell("true", [.init("rerun", "Safe")]).reconcile(try context(earlier))
    else {
      Issue.record("it is safe")
      return
    }
  }

  @Test func aCommandThatStillRunsIsNamed() async throws {
    let action = try shell(
      "echo > started; sleep 1000", [.init("rerun", "Safe"), .init("undo", ["true"])])
    let first = try context()
    let running = Task { () async throws(StepFailure) in try await action.run(first) }
    #expect(await Eventually.holds { folder.has("started") })
    let earlier = step.recorded
    guard case .unknown(let question) = try await action.reconcile(try context(earlier)) else {
      Issue.record("it runs")
      return
    }
    #expect(question.contains("still runs: ") && question.contains("(pid "))
    await #expect(throws: StepFailure.self) { try await action.undo(try context(earlier)) }
    running.cancel()
    _ = await running.result
  }

  @Test func undoRunsItsOwnCommand() async throws {
    let undo: JSONValue = ["/bin/sh", "-c", "echo back to $REGION for $DRPLAN_STEP; rm done"]
    let action = try shell(
      "echo > done", [.init("undo", undo), .init("environment", ["REGION": "eu"])])
    let evidence = try await action.run(try context()).evidence
    #expect(folder.has("done"))
    #expect(
      try await action.undo(try context(evidence)) == .undone("`/bin/sh` ended with exit status 0"))
    #expect(!folder.has("done"))
    #expect(folder.text("logs/\(name).undo.log") == "back to eu for \(name)\n")
    let failure = await #expect(throws: StepFailure.self) { try await action.undo(try context(evidence)) }
    #expect(failure?.message.contains("the undo `/bin/sh` failed: exit status 1") == true)
    guard case .impossible = try await shell("true").undo(try context(evidence)) else {
      Issue.record("no way back")
      return
    }
  }
}
