import BackendKit
import CommandLineKit
import Execution
import HostSystem
import Journal
import RunEvents
import StepGraph
import Values

/// `drplan resume`: carries on a run after a crash, a pause or a failure.
enum ResumeVerb: Verb {
  static let retry = Option(
    "retry", value: .required("STEP"), isRepeatable: true,
    "a step of which nobody can tell whether it was done: try it again")
  static let done = Option(
    "done", value: .required("STEP"), isRepeatable: true, "a step that did not end on record, and is done")
  static let skip = Option(
    "skip", value: .required("STEP"), isRepeatable: true,
    "go on without a step; the run is recovered with exceptions at best")
  static let reason = Option("reason", value: .required("TEXT"), "why, for the record")
  static let abort = Option("abort", "do not carry it on: run `finally`, and end as failed")

  static let declaration = CommandDeclaration(
    "resume", summary: "carry on a run after a crash, a pause or a failure",
    discussion: """
      What is done stays done. A step that was under way when drplan ended is first looked at: whether its work was done \
      is told from marks that it left, never guessed; where that cannot be told, the run stops and asks. Steps that failed \
      or were not reached run. The clock keeps its original start.

      If the plan was edited since, steps are compared by what they do: those that changed run again, and so does all that \
      depends on them.
      """,
    examples: [
      .init("drplan resume latest", "carry on the last run"),
      .init("drplan resume latest --skip restart-api --reason 'host is gone'", "go on without a step"),
      .init("drplan resume latest --done restore-orders", "answer for a step that nobody can tell of"),
    ],
    arguments: [RunHistory.argument],
    options: [
      retry, done, skip, reason, abort, CarriedPlan.asRun, RunVerb.parallel, RunSetup.state, RunVerb.events,
      RunVerb.noProgress, FormatOption.option(["text", "json", "markdown"]), Console.color,
    ])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let carried = try await CarriedPlan.find(invocation, console)
    try requireOpen(carried.run, carried.directory)
    let isAbort = invocation.has(abort)
    let decisions = try decisions(invocation, carried.run)
    if isAbort, !decisions.isEmpty {
      throw CommandFailure(
        .refused, "`--abort` ends the run, so there is nothing to decide about single steps")
    }
    return try await Continuing.run(
      carried,
      LiveRun.Continuation(
        purpose: isAbort ? .abort : .resume, decisions: decisions, directory: carried.directory,
        events: carried.eventCount),
      invocation, console)
  }

  private static func requireOpen(_ run: CarriedRun, _ directory: RunDirectory) throws(CommandFailure) {
    if run.started.mode == .drill {
      throw CommandFailure(
        .refused, "run \(directory.run) is a drill: drills are not carried on",
        remedy: "start it anew; what it made is removed by the next drill, or by `drplan drill --cleanup`")
    }
    switch run.finished?.result {
    case .recovered?, .recoveredWithExceptions?:
      throw CommandFailure(
        .refused, "run \(directory.run) has recovered: there is nothing to carry on",
        remedy: "`drplan run` recovers anew, `drplan rollback \(directory.run)` undoes it")
    case .refused?:
      throw CommandFailure(
        .refused, "run \(directory.run) was refused before anything was touched", remedy: "run it anew")
    case .failed?, .rolledBack?, .waiting?, .interrupted?, nil: return
    }
  }

  private static func decisions(
    _ invocation: Invocation, _ run: CarriedRun
  ) throws(CommandFailure) -> [StepDecided] {
    let user = RunAnswers.caller.shown
    let why = invocation.value(reason) ?? ""
    var decisions: [StepDecided] = []
    for (option, decision) in [
      (retry, StepDecided.Decision.retry), (done, .assumeDone), (skip, .skip),
    ] {
      for name in invocation.values(option) {
        guard let id = StepID(name), let step = run.steps[id] else {
          let near =
            NearestName.of(name, among: run.order.map(\.text)).map { "; did you mean `\($0)`?" } ?? ""
          throw CommandFailure(.refused, "`--\(option.name) \(name)`: the plan has no such step\(near)")
        }
        guard step.state != .succeeded, step.state != .skipped else {
          throw CommandFailure(
            .refused,
            "`--\(option.name) \(name)`: the step has \(step.state == .skipped ? "been left out" : "succeeded")"
          )
        }
        if decision == .assumeDone, step.outline.phase == .waiting {
          throw CommandFailure(
            .refused, "`--done \(name)`: the step asks people, and nobody answers for them",
            remedy: "answer with `drplan approve`, or go on without it: `--skip \(name)`")
        }
        if decision == .assumeDone, step.startOrder == nil {
          throw CommandFailure(
            .refused, "`--done \(name)`: the step has never begun",
            remedy: "`--skip \(name)` goes on without it")
        }
        guard !decisions.contains(where: { $0.step == id }) else {
          throw CommandFailure(.refused, "step `\(name)` is decided on twice")
        }
        decisions.append(StepDecided(step: id, decision: decision, user: user, reason: why))
      }
    }
    return decisions
  }
}

/// Carries out what was decided about a run: locks, then the run itself.
enum Continuing {
  static func run(
    _ carried: CarriedPlan, _ continuation: LiveRun.Continuation, _ invocation: Invocation, _ console: Console
  ) async throws(CommandFailure) -> ExitCode {
    let options = try RunVerb.options(invocation)
    let leases = try await TargetLeases.acquire(for: carried.setup, also: carried.run.published) {
      console.note("drplan: \($0)")
    }
    // Held until the run is over.
    defer { withExtendedLifetime(leases) {} }
    return try await LiveRun(carried.setup, options, invocation, console, leases).run(continuation)
  }
}
