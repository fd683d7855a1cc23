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
import Synchronization
import Values

/// One real run, from its journal's first line, or from where its journal ends, to its verdict.
struct LiveRun {
  /// How a run goes on.
  struct Continuation {
    /// What it is to do.
    var purpose: RunResumed.Purpose
    /// What a person decided about steps.
    var decisions: [StepDecided] = []
    /// Why everything is undone; nil when it goes forward.
    var undoing: String?
    /// Where the run is kept.
    var directory: RunDirectory
    /// How many events its journal had when the decision was made.
    var events: Int
  }

  /// An open journal, and what it takes to go on.
  private struct Record {
    let directory: RunDirectory
    let journal: JournalWriter
    let board: RunBoard
    let elapsed: Duration
    let resumption: Resumption?
  }

  private let setup: RunSetup
  private let options: ExecutionOptions
  private let console: Console
  private let format: String
  private let eventsTo: String?
  private let redraws: Bool
  private let drill: DrillScratch?
  private let leases: TargetLeases

  init(
    _ setup: RunSetup, _ options: ExecutionOptions, _ invocation: Invocation, _ console: Console,
    _ leases: TargetLeases
  ) {
    self.leases = leases
    self.setup = setup
    drill = setup.mode == .drill ? DrillScratch(setup) : nil
    self.options = options
    self.console = console
    format = invocation.value(FormatOption.textOrJSON) ?? "text"
    eventsTo = invocation.value(RunVerb.events)
    redraws = console.canRedraw && !invocation.has(RunVerb.noProgress)
  }

  /// Runs the plan, or carries its run on, and prints its report; the exit code is that of the record.
  func run(_ continuation: Continuation? = nil) async throws(CommandFailure) -> ExitCode {
    let events = try await EventStream.open(eventsTo)
    try await drill?.prepare()
    let record: Record
    do throws(CommandFailure) {
      if let continuation {
        record = try await reopen(continuation, events)
      } else {
        record = try await create(events)
      }
    } catch {
      await drill?.cleanUp(record: nil)
      throw error
    }
    let board = record.board
    let interrupts = try InterruptSource(board)
    // Ends when the board is closed; waited for below, but not for ever: nobody may be reading.
    let view = Task { await RunView(board, console, redraws: redraws).show() }
    let outcome = await execute(record, continuation, interrupts)
    // A step that was given up must not go on changing things once the locks are free.
    await ChildProcess.killAll()
    await drill?.cleanUp(record: record.journal)
    board.close()
    // It sleeps between looks; being cancelled it looks a last time at once.
    view.cancel()
    _ = await Patience.wait(upTo: .seconds(5)) { board.isShown }
    if await events?.finish() == false { console.note("drplan: not all events were taken by their reader") }
    // Everything is on record: what may still wait is only whoever reads the report.
    SignalStream.letEnd(by: [.interrupt, .terminate])
    return try finish(outcome, board, record.directory)
  }

  private func create(_ events: EventStream?) async throws(CommandFailure) -> Record {
    let board = RunBoard(setup)
    let reason: String
    do throws(JournalError) {
      let directory = try await RunDirectory.create(
        run: setup.run, stateDirectory: setup.stateDirectory, plan: setup.file.bytes)
      do throws(RecordingError) {
        let journal = try await JournalWriter.create(
          in: directory, plan: setup.graph.plan.name, host: HostFacts.hostName,
          observers: [Self.observer(board, events)])
        return Record(
          directory: directory, journal: journal, board: board, elapsed: .zero, resumption: nil)
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

  private func reopen(
    _ continuation: Continuation, _ events: EventStream?
  ) async throws(CommandFailure) -> Record {
    let directory = continuation.directory
    let what = "the run cannot be carried on, and nothing was changed: "
    let hook = BoardHook(events)
    let opened: (journal: JournalWriter, events: [RunEvent], elapsed: Duration)
    let carried: CarriedRun
    do throws(RecordingError) {
      opened = try await JournalWriter.resume(
        in: directory, host: HostFacts.hostName, observers: [{ hook.take($0) }])
      guard opened.events.count == continuation.events, let run = CarriedRun(opened.events) else {
        throw RecordingError("run \(directory.run) was changed by another process just now")
      }
      carried = run
    } catch {
      throw CommandFailure(
        .refused, what + error.description,
        remedy: "`drplan runs show \(directory.run)` shows where it stands")
    }
    let board = RunBoard(setup, elapsed: opened.elapsed)
    board.recall(opened.events)
    hook.attach(board)
    do throws(ResumeRefusal) {
      return Record(
        directory: directory, journal: opened.journal, board: board, elapsed: opened.elapsed,
        resumption: try Resumption(
          carried, setup.graph, purpose: continuation.purpose, boot: (HostFacts.hostName, HostFacts.bootID)))
    } catch {
      throw CommandFailure(.refused, what + error.message, remedy: error.remedy)
    }
  }

  private static func observer(_ board: RunBoard, _ events: EventStream?) -> JournalWriter.Observer {
    { journaled in
      events?.write(journaled)
      board.record(journaled.map(\.event))
    }
  }

  private func execute(
    _ record: Record, _ continuation: Continuation?, _ interrupts: InterruptSource
  ) async -> RecordingError? {
    let board = record.board
    defer { interrupts.stop() }
    var options = options
    options.forecast = await ForecastReader.forecast(for: setup)
    let executor = Executor(
      graph: setup.graph, environment: setup.environment, facts: setup.facts, options: options,
      recorder: leases.fence(
        AlertingRecorder(drill?.announcing(to: record.journal) ?? record.journal, setup)),
      clock: HostRunClock(elapsed: record.elapsed),
      references: { reference in
        guard reference.namespace == "run", reference.path.count == 1 else { return nil }
        return board.reference("run.\(reference.path[0])")
      },
      progress: { step, progress in board.progress(step, progress) },
      report: { board.report() }, targetGuard: TargetGuard(seen: record.resumption?.run.identities ?? [:]))
    do throws(RecordingError) {
      let requests = leases.interrupts(interrupts.requests)
      if let continuation, let resumption = record.resumption {
        _ = try await executor.resume(
          resumption, setup.resumed(continuation.purpose, resumption), decisions: continuation.decisions,
          undoing: continuation.undoing, interrupts: requests)
      } else {
        _ = try await executor.run(started: setup.started, interrupts: requests)
      }
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

/// Passes events of a reopened journal to a board that is made only when the journal's clock is known.
private final class BoardHook: Sendable {
  private let events: EventStream?
  private let board = Mutex<RunBoard?>(nil)

  init(_ events: EventStream?) { self.events = events }

  func attach(_ board: RunBoard) { self.board.withLock { $0 = board } }

  func take(_ journaled: [JournaledEvent]) {
    events?.write(journaled)
    board.withLock { $0 }?.record(journaled.map(\.event))
  }
}
