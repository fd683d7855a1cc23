import BackendKit
import CommandLineKit
import Execution
import HostSystem
import Journal
import RunEvents
import Values

/// `drplan rollback`: undoes what a run changed.
enum RollbackVerb: Verb {
  static let declaration = CommandDeclaration(
    "rollback", summary: "undo what a run changed",
    discussion: """
      Undoes the steps of a run in reverse order of what really happened: the data that a restore had replaced comes back, \
      services are set back to how they were found, commands with an `undo` are taken back. Each undo is verified. What \
      the run had restored is kept beside. `finally` runs at the end.

      A rollback that was itself interrupted goes on when it is asked for again.
      """,
    examples: [.init("drplan rollback latest", "undo the last run")],
    arguments: [RunHistory.argument],
    options: [
      ResumeVerb.reason, CarriedPlan.asRun, RunSetup.state, RunVerb.events, RunVerb.noProgress,
      FormatOption.option(["text", "json", "markdown"]), Console.color,
    ])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let carried = try await CarriedPlan.find(invocation, console)
    let (run, id) = (carried.run, carried.directory.run)
    if run.started.mode == .drill {
      throw CommandFailure(
        .refused, "run \(id) is a drill: it changed nothing that would have to be undone",
        remedy: "`drplan drill --cleanup` removes what drills left")
    }
    if run.isCommitted {
      throw CommandFailure(
        .refused, "run \(id) was committed: what it had kept to go back is let go of",
        remedy: "an older state can be restored from a snapshot: `drplan snapshots list`")
    }
    guard run.steps.values.contains(where: { $0.startOrder != nil && !$0.outline.isFinally }) else {
      throw CommandFailure(.refused, "run \(id) changed nothing: no step of it began")
    }
    if run.isRolledBack, run.finished?.result == .rolledBack {
      throw CommandFailure(.refused, "run \(id) is rolled back already")
    }
    let why = invocation.value(ResumeVerb.reason).map { ": \($0)" } ?? ""
    return try await Continuing.run(
      carried,
      LiveRun.Continuation(
        purpose: .rollback, undoing: "\(RunAnswers.caller.shown) asked for it\(why)",
        directory: carried.directory,
        events: carried.eventCount),
      invocation, console)
  }
}
