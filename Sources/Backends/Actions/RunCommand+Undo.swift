import BackendKit
import HostSystem
import RunEvents
import Values

/// What became of a command whose drplan was killed, and the way back.
extension RunCommand {
  /// By the record, and by whether a process of it still runs.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    if let last = Self.records(context.current).last {
      let code = last.exitCode
      guard successCodes.contains(Int(code)) else {
        return .notDone("it had ended with exit status \(code)")
      }
      return .done(Self.result(code, last.output ?? ""), "it is on record as ended with exit status \(code)")
    }
    let name = try arguments(command, context).first ?? ""
    if let processes = await Self.survivors(context) {
      return .unknown(
        "`\(name)` or what it started still runs: \(processes). Wait for its end or end it, look whether it did its "
          + "work, then \(Self.answers(context))")
    }
    switch rerun {
    case .safe: return .notDone("its end is not on record, and running it again is safe")
    case .ask:
      return .unknown(
        "`\(name)` was about to run, and its end is not on record: look whether it did its work, then "
          + Self.answers(context))
    }
  }

  /// Runs the command that takes back what the step's command did.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome {
    if Self.records(context.earlier).isEmpty, let processes = await Self.survivors(context) {
      throw StepFailure(
        .commandFailed, "the command of the step, or what it started, still runs: \(processes)",
        remedy: "wait for its end or end it, then undo again", isRetryable: false)
    }
    guard let undoing else { return .impossible("a command without `undo`: what it did stays done") }
    let arguments = try arguments(undoing, context)
    let name = arguments.first ?? ""
    let path = "\(context.environment.logDirectory)/\(context.step).undo.log"
    let (what, output, mask) = try await prepared(arguments, context)
    context.progress(StepProgress("running `\(name)`"))
    let log = try await CommandLog.open(path)
    let result = try await Self.run(what, output, mask, log)
    guard result.status.isSuccess else {
      throw StepFailure(
        .commandFailed,
        "the undo `\(name)` failed: \(result.status); what the step's command did may stand, in part",
        remedy: "see `\(path)`", lastLines: output.lastLines)
    }
    if let loss = log.failure { throw loss }
    return .undone("`\(name)` ended with exit status 0")
  }

  private static func records(_ evidence: [StepEvidence]) -> [CommandRecord] {
    evidence.compactMap { if case .command(let record) = $0 { record } else { nil } }
  }

  private static func answers(_ context: StepContext) -> String {
    "answer with `drplan resume \(context.run.id) --done \(context.step)` if it did, or `--retry \(context.step)`"
  }

  /// The processes that a command left running, as text; nil when there are none.
  ///
  /// Known by the variables that every command of a step gets: nothing need be on record between its start and its
  /// end.
  private static func survivors(_ context: StepContext) async -> String? {
    let variables = ["DRPLAN_RUN": context.run.id.text, "DRPLAN_STEP": context.step.text]
    let found = await runBlocking {
      ProcessTable.running(withEnvironment: variables).filter { $0.identity != ProcessTable.current }
    }
    guard !found.isEmpty else { return nil }
    return found.map { "`\($0.name)` (pid \($0.identity.pid))" }.joined(separator: ", ")
  }
}
