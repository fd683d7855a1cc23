import CommandLineKit
import Execution
import HostSystem
import Journal
import PlanModel
import PlanSyntax
import RunEvents
import StepGraph
import Values

/// A run that is over, crashed or waits, with the plan that would carry it on.
struct CarriedPlan {
  let run: CarriedRun
  let directory: RunDirectory
  let setup: RunSetup
  let eventCount: Int

  static let asRun = Option(
    "as-run", "carry on with the plan's text as the run began with, whatever was edited since")

  /// Finds the run, reads its journal and its plan; a plan that was edited since is taken unless `--as-run` says otherwise.
  static func find(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> CarriedPlan {
    let history = try RunHistory(invocation)
    let directory = try await history.find(invocation.arguments[0])
    let contents = try await readWhole(directory)
    guard let run = CarriedRun(contents.events) else {
      throw CommandFailure(
        .refused, "run \(directory.run) has nothing on record, so it changed nothing",
        remedy: "start it anew with `drplan run`")
    }
    if let plan = try await edited(run, invocation) {
      if plan.differs {
        console.note(
          "drplan: \(run.started.planPath) was edited since the run began; steps are compared by what they do (`--as-run` "
            + "ignores the edit)")
      }
      return try make(run, directory, plan.file, contents.events.count, history, console)
    }
    if !invocation.has(asRun) {
      console.note(
        "drplan: \(run.started.planPath) is gone; the run goes on with the text that was kept with it")
    }
    return try make(
      run, directory, try await kept(run, directory), contents.events.count, history, console)
  }

  private static func make(
    _ run: CarriedRun, _ directory: RunDirectory, _ file: PlanFile, _ events: Int, _ history: RunHistory,
    _ console: Console
  ) throws(CommandFailure) -> CarriedPlan {
    let (file, graph) = try PlanFile.require(file, console)
    guard graph.plan.name == run.started.plan else {
      throw CommandFailure(
        .refused,
        "\(file.file) is the plan `\(graph.plan.name)` now; the run is one of `\(run.started.plan)`",
        remedy: "`--as-run` carries on with the plan as it was")
    }
    let setup = RunSetup(carrying: run, in: directory, file, graph, state: history.store.stateDirectory)
    return CarriedPlan(run: run, directory: directory, setup: setup, eventCount: events)
  }

  private static func readWhole(
    _ directory: RunDirectory
  ) async throws(CommandFailure) -> JournalReader.Contents {
    let reason: String
    var isWritten = false
    do throws(JournalError) {
      isWritten = try await JournalReader.isBeingWritten(directory.journal)
      let contents = try await JournalReader.read(directory.journal)
      if !isWritten, contents.problem?.kind != .broken { return contents }
      reason = contents.problem?.description ?? ""
    } catch {
      reason = "\(error)"
    }
    guard !isWritten else {
      throw CommandFailure(
        .locked, "run \(directory.run) goes on in another process",
        remedy: "wait until it ends; `drplan runs show \(directory.run)` shows how far it is")
    }
    throw CommandFailure(
      .refused, "the journal of run \(directory.run) cannot be relied on: \(reason)",
      remedy: "see what stands where, then start anew with `drplan run`")
  }

  /// The plan's file as it is now; nil when it is gone, or shall not count.
  private static func edited(
    _ run: CarriedRun, _ invocation: Invocation
  ) async throws(CommandFailure) -> (file: PlanFile, differs: Bool)? {
    // A plan that cannot be looked at is reported when it is read.
    let isThere = (try? HostPath.status(run.started.planPath, followingLink: true)) ?? nil
    guard !invocation.has(asRun), isThere != nil else { return nil }
    let file = PlanFile.load(run.started.planPath, arguments: run.started.params, usesExamples: false)
    return (file, SHA256Hasher.digest(file.bytes) != run.planDigest)
  }

  /// The text kept with the run, as if it stood where the plan did.
  private static func kept(_ run: CarriedRun, _ directory: RunDirectory) async throws(CommandFailure)
    -> PlanFile
  {
    do throws(FileError) {
      let bytes = try DurableFile.read(directory.plan, limit: SyntaxLimits.standard.bytes)
      return PlanFile.check(
        bytes, run.started.planPath, directory: PathText.parent(of: run.started.planPath),
        arguments: run.started.params, usesExamples: false)
    } catch {
      throw CommandFailure(.refused, "the plan of run \(directory.run) cannot be read: \(error)")
    }
  }
}
