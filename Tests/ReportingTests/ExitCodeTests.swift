import RunEvents
import Testing
import Values

@testable import Reporting

/// The table of results and exit codes.
@Suite struct ExitCodeTests {
  @Test(arguments: [
    (RunResult.recovered, Verdict.met, Verdict.met, Int32(0)), (.recovered, .missed, .met, 3),
    (.recovered, .met, .unmeasured, 3), (.recoveredWithExceptions, .met, .met, 4),
    (.recoveredWithExceptions, .met, .missed, 3), (.failed, .met, .met, 1), (.rolledBack, .met, .met, 1),
    (.waiting, .unmeasured, .unmeasured, 5), (.interrupted, .met, .met, 130),
    (.refused, .unmeasured, .unmeasured, 2),
  ])
  func eachResultHasItsExitCode(_ result: RunResult, _ rto: Verdict, _ rpo: Verdict, _ code: Int32) throws {
    var objectives = try RunStory.good().record.objectives
    objectives.rto.verdict = rto
    objectives.rpo.verdict = rpo
    #expect(RunOutcome.ended(result).exitCode(objectives: objectives, signal: nil)?.rawValue == code)
  }

  @Test func aTerminatedRunHasACodeOfItsOwn() throws {
    let objectives = try RunStory.good().record.objectives
    #expect(RunOutcome.ended(.interrupted).exitCode(objectives: objectives, signal: "SIGTERM") == .terminated)
    #expect(RunOutcome.ended(.interrupted).exitCode(objectives: objectives, signal: "SIGINT") == .interrupted)
    #expect(RunOutcome.running.exitCode(objectives: objectives, signal: nil) == nil)
  }
}
