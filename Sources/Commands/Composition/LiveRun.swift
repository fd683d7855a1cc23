import BackendKit
import CommandLineKit
import Declarations
import Execution
import HostSystem
import Journal
import PlanModel
import Reporting
import RunEvents
import StepGraph
import Values

/// One real run, from its journal's first line to its verdict.
struct LiveRun {
  private let setup: RunSetup
  private let options: ExecutionOptions
  private let console: Console
  private let format: String
  private let eventsTo: String?
  private let redraws: Bool
  private let leases: TargetLeases

  init(
    _ setup: RunSetup, _ options: ExecutionOptions, _ invocation: Invocation, _ console: Console,
    _ leases: TargetLeases
  ) {
    self.leases = leases
    self.setup = setup
    self.options = options
    self.console = console
    format = invocation.value(FormatOption.textOrJSON) ?? "text"
    eventsTo = invocation.value(RunVerb.events)
    redraws = console.canRedraw && !invocation.has(RunVerb.noProgress)
  }

  /// Runs the plan and prints its report; the exit code is that of the record.
  func run() async throws(CommandFailure) -> ExitCode {
    let board = RunBoard(setup)
    let interrupts = try InterruptSource(board)
    let events = try await EventStream.open(eventsTo)
    let (directory, journal) = try await openJournal { journaled in
      events?.write(journaled)
      board.record(journaled.map(\.event))
    }
    // Ends when the board is closed; waited for below, but not for ever: nobody may be reading.
    let view = Task { await RunView(board, console, redraws: redraws).show() }
    let outcome = await execute(board, journal, interrupts)
    // A step that was given up must not go on changing things once the locks are free.
    await ChildProcess.killAll()
    board.close()
    // It sleeps between looks; being cancelled it looks a last time at once.
    view.cancel()
    _ = await Patience.wait(upTo: .seconds(5)) { board.isShown }
    if await events?.finish() == false { console.note("drplan: not all events were taken by their reader") }
    return try finish(outcome, board, directory)
  }

  private func openJournal(
    _ observer: @escaping JournalWriter.Observer
  ) async throws(CommandFailure) -> (RunDirectory, JournalWriter) {
    let reason: String
    do throws(JournalError) {
      let directory = try await RunDirectory.create(
        run: setup.run, stateDirectory: setup.stateDirectory, plan: setup.file.bytes)
      do throws(RecordingError) {
        let journal = try await JournalWriter.create(
          in: directory, plan: setup.graph.plan.name, host: HostFacts.hostName, observers: [observer])
        return (directory, journal)
      } catch {
        reason = error.description
      }
    } catch {
      reason = error.description
    }
    throw CommandFailure(
      .failed, "the run cannot be recorded, so nothing was changed: \(reason)",
      remedy: "name another state directory with `--state DIR`")
  }

  private func execute(
    _ board: RunBoard, _ journal: JournalWriter, _ interrupts: InterruptSource
  ) async -> RecordingError? {
    defer { interrupts.stop() }
    let executor = Executor(
      graph: setup.graph, environment: setup.environment, facts: setup.facts, options: options,
      recorder: leases.fence(journal),
      clock: HostRunClock(),
      references: { reference in
        guard reference.namespace == "run", reference.path.count == 1 else { return nil }
        return board.reference("run.\(reference.path[0])")
      },
      progress: { step, progress in board.progress(step, progress) },
      report: { board.report() })
    do throws(RecordingError) {
      _ = try await executor.run(started: setup.started, interrupts: leases.interrupts(interrupts.requests))
      return nil
    } catch {
      return error
    }
  }

  private func finish(
    _ failure: RecordingError?, _ board: RunBoard, _ directory: RunDirectory
  ) throws(CommandFailure) -> ExitCode {
    guard var record = board.finalRecord() else {
      throw CommandFailure(
        .failed, "the run could not be recorded: \(failure?.description ?? "no event was written")")
    }
    if let failure {
      // What is on record ends too early to say how the run ended.
      record.result = .ended(.failed)
      record.exitCode = ExitCode.failed.rawValue
      record.reason = "the run stopped because it could not be recorded: \(failure.description)"
    }
    let text =
      switch format {
      case "json": JSONReport.text(record)
      case "markdown": MarkdownReport.text(record)
      default: TextReport.text(record, style: ReportStyle(width: console.width, color: console.colorsOutput))
      }
    if eventsTo == "-" { console.note(text) } else { console.print(text) }
    if let reason = record.reason, failure != nil {
      console.note("drplan: \(reason)\n  = help: what is on record stands in \(directory.journal)")
    }
    return record.exitCode.flatMap(ExitCode.init(rawValue:)) ?? .defect
  }
}
