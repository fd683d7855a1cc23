import BackendKit
import DrplanTestKit
import HostSystem
import RunEvents
import Testing
import Values

@testable import Backends

@Suite struct RunCommandTests {
  private static let marker = "T0P-S3CRET"
  private let folder: ScratchFolder
  private let step = OpsStep()

  init() throws { folder = try ScratchFolder() }

  private func action(_ keys: JSONValue) throws -> RunCommand {
    RunCommand(try OpsKeys.record(RunCommand.declaration, keys, folder: folder.path))
  }

  private func shell(_ line: String, _ more: [JSONValue.Member] = []) throws -> RunCommand {
    try action(.object([.init("command", ["/bin/sh", "-c", .string(line)])] + more))
  }

  @Test func outputsAreTheStatusAndTheBeginningOfWhatItPrinted() async throws {
    let result = try await shell("echo; echo '  dr-2  '; echo noise >&2").run(try step.context(folder))
    #expect(result.outputs == ["exitCode": "0", "stdout": "dr-2"])
    #expect(folder.lines("logs/the-step.1.log").sorted() == ["  dr-2  ", "noise"])
  }

  @Test func onlyTheFirstFourKibibytesBecomeAnOutput() async throws {
    let result = try await shell("yes 123456789é | head -100000").run(try step.context(folder))
    let text = try #require(result.outputs["stdout"])
    #expect((4080...4096).contains(text.utf8.count))
    #expect(text.hasPrefix("123456789é\n123456789é\n"))
    #expect(folder.lines("logs/the-step.1.log").count == 100_000)
  }

  @Test func anotherAttemptHasALogOfItsOwn() async throws {
    let action = try shell("echo attempt $DRPLAN_ATTEMPT of $DRPLAN_STEP")
    _ = try await action.run(try step.context(folder))
    _ = try await action.run(try step.context(folder, attempt: 2))
    #expect(folder.text("logs/the-step.1.log") == "attempt 1 of the-step\n")
    #expect(folder.text("logs/the-step.2.log") == "attempt 2 of the-step\n")
  }

  @Test func referencesAreFilledInWhenItRuns() async throws {
    let action = try action([
      "command": ["/bin/sh", "-c", "echo $0 $SNAPSHOT", "${run.id}"],
      "environment": ["SNAPSHOT": "${steps.restore-orders.outputs.snapshot}"],
    ])
    let values = ["${run.id}": "r1", "${steps.restore-orders.outputs.snapshot}": "s1"]
    let result = try await action.run(try step.context(folder, values: values))
    #expect(result.outputs["stdout"] == "r1 s1")
    let failure = await #expect(throws: StepFailure.self) { try await action.run(step.context(folder)) }
    #expect(failure?.code == .unresolvedReference)
  }

  @Test func aProgramWithASlashCountsFromThePlansFolder() async throws {
    _ = try await folder.script("switch", "pwd")
    let result = try await action(["command": ["./switch"], "workingDirectory": "/usr"]).run(
      try step.context(folder))
    #expect(result.outputs["stdout"] == "/usr")
  }

  @Test func anotherStatusIsAFailureWithTheLastLines() async throws {
    let action = try shell("seq 1 30; exit 3")
    let context = try step.context(folder)
    let failure = await #expect(throws: StepFailure.self) { try await action.run(context) }
    #expect(failure?.code == .commandFailed)
    #expect(failure?.message == "`/bin/sh` failed: exit status 3")
    #expect(failure?.lastLines == (11...30).map(String.init))
    #expect(failure?.remedy == "see `\(folder.file("logs/the-step.1.log"))`")
  }

  @Test func theStatusesOfThePlanMeanSuccess() async throws {
    let action = try shell("exit 3", [.init("successCodes", [0, 3])])
    #expect(try await action.run(try step.context(folder)).outputs["exitCode"] == "3")
    let onlyThree = try shell("exit 0", [.init("successCodes", [3])])
    let context = try step.context(folder)
    await #expect(throws: StepFailure.self) { try await onlyThree.run(context) }
  }

  @Test func aSecretReachesTheProgramAndNothingElse() async throws {
    let action = try shell(
      "echo out $KEY; echo err $KEY >&2; printf '%s' \"$KEY\" > got; tr '\\0' ' ' < /proc/$$$$/cmdline > arguments; exit 4",
      [.init("secretEnvironment", ["KEY": "${secrets.key}"]), .init("successCodes", [4])])
    let context = try step.context(folder, secrets: ["key": Self.marker])
    let result = try await action.run(context)
    #expect(folder.text("got") == Self.marker)
    #expect(!folder.text("arguments").contains(Self.marker))
    #expect(result.outputs["stdout"] == "out ***")
    #expect(folder.lines("logs/the-step.1.log").sorted() == ["err ***", "out ***"])
  }

  @Test func aFailureHoldsNoSecret() async throws {
    let action = try shell(
      "echo $KEY; echo \"x$KEY\"y >&2; exit 1", [.init("secretEnvironment", ["KEY": "${secrets.key}"])])
    let context = try step.context(folder, secrets: ["key": Self.marker])
    let found = await #expect(throws: StepFailure.self) { try await action.run(context) }
    let failure = try #require(found)
    #expect(failure.lastLines.sorted() == ["***", "x***y"])
    #expect(!"\(failure) \(step.recorded)".contains(Self.marker))
  }

  @Test func whatItStartedEndsWithACancelledStep() async throws {
    let action = try shell("sleep 1000 & echo $! > child; wait")
    let context = try step.context(folder)
    let running = Task { () async throws(StepFailure) in try await action.run(context) }
    #expect(await Eventually.holds { !folder.lines("child").isEmpty })
    let pid = try #require(folder.lines("child").first.flatMap { Int32($0) })
    let child = try #require(ProcessTable.facts(of: pid)?.identity)
    running.cancel()
    let failure = await #expect(throws: StepFailure.self) { try await running.value }
    #expect(failure?.code == .cancelled)
    #expect(!ProcessTable.isAlive(child))
  }

  @Test func aProbeLooksForProgramAndSecrets() async throws {
    let action = try action([
      "command": ["./nowhere"], "secretEnvironment": ["KEY": "${secrets.key}"],
    ])
    let findings = await action.probe(try step.context(folder))
    #expect(findings.map(\.state) == [.blocked, .blocked])
    #expect(findings.map(\.subject) == ["`\(folder.file("nowhere"))`", "secret `key`"])
  }

  @Test func aVariableThatNoEnvironmentCanHoldIsRefused() {
    for name in ["A=B", "1A", "A-B", ""] {
      let keys: JSONValue = ["command": ["true"], "environment": .object([.init(name, "x")])]
      #expect(OpsKeys.findings(RunCommand.declaration, keys).count == 1)
    }
  }
}
