import BackendKit
import Backends
import CommandLineKit
import Execution
import HostSystem
import Journal
import RunEvents
import Values

/// `drplan commit`: lets go of what a run kept to be able to go back.
enum CommitVerb: Verb {
  static var isInterruptible: Bool { true }

  static let dryRun = Option("dry-run", letter: "n", "show what would be removed, and remove nothing")

  static let declaration = CommandDeclaration(
    "commit", summary: "let go of the old data that a run kept",
    discussion: """
      A restore keeps what stood at its place before, so that `drplan rollback` can bring it back. Once the new data is \
      trusted, this removes it and gives its space back. Afterwards there is no rollback of the run. It can be asked for \
      again when it was interrupted.
      """,
    examples: [
      .init("drplan commit latest --dry-run", "see what would go, and how big it is"),
      .init("drplan commit latest", "let go of it"),
    ],
    arguments: [RunHistory.argument],
    options: [dryRun, RunSetup.state, FormatOption.option(["text", "json"]), Console.color])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let history = try RunHistory(invocation)
    let directory = try await history.find(invocation.arguments[0])
    let (contents, _) = try await history.read(directory)
    guard let run = CarriedRun(contents.events) else {
      throw CommandFailure(.refused, "run \(directory.run) has nothing on record, so it kept nothing")
    }
    try requireOver(run, directory.run)
    let kept = try await KeptByRun.look(run, directory.run)
    if invocation.has(dryRun) || kept.paths.isEmpty {
      show(kept, directory.run, isDone: false, console)
      return .done
    }
    try await commit(kept, run, directory, contents.events.count)
    show(kept, directory.run, isDone: true, console)
    return .done
  }

  private static func requireOver(_ run: CarriedRun, _ id: RunID) throws(CommandFailure) {
    let remedy = "`drplan resume \(id)` carries it on, `drplan rollback \(id)` undoes it"
    switch run.finished?.result {
    case .recovered?, .recoveredWithExceptions?, .rolledBack?: return
    case .refused?: throw CommandFailure(.refused, "run \(id) was refused: it kept nothing")
    case .failed?, .waiting?, .interrupted?:
      throw CommandFailure(
        .refused, "run \(id) has not recovered: what it kept may be the only good data there is",
        remedy: remedy)
    case nil: throw CommandFailure(.refused, "run \(id) has not ended", remedy: remedy)
    }
  }

  /// On record first: there is no way back from the first removal on.
  private static func commit(
    _ kept: KeptByRun, _ run: CarriedRun, _ directory: RunDirectory, _ events: Int
  ) async throws(CommandFailure) {
    let user = RunAnswers.caller.shown
    let resumed = RunResumed(
      purpose: .commit, tool: DrplanTool.version, user: user, host: HostFacts.hostName,
      pid: HostFacts.processID, bootID: HostFacts.bootID, planDigest: run.planDigest)
    do throws(RecordingError) {
      let opened = try await JournalWriter.resume(in: directory, host: HostFacts.hostName)
      guard opened.events.count == events else {
        throw RecordingError("another process changed the run just now; ask again")
      }
      _ = try await opened.journal.record([
        .runResumed(resumed), .runCommitted(RunCommitted(user: user, removed: kept.paths)),
      ])
      try await remove(kept, directory.run)
      withExtendedLifetime(opened) {}
    } catch {
      throw CommandFailure(.failed, "run \(directory.run) is not committed: \(error.description)")
    }
  }

  private static func remove(_ kept: KeptByRun, _ run: RunID) async throws(RecordingError) {
    do throws(StepFailure) {
      _ = try await KeptData.remove(kept.publications, run: run)
    } catch {
      throw RecordingError("\(error.message); `drplan commit \(run)` goes on with it")
    }
  }

  private static func show(_ kept: KeptByRun, _ run: RunID, isDone: Bool, _ console: Console) {
    if console.isJSON {
      let value: JSONValue = [
        "run": .string(run.text), "committed": .bool(isDone), "paths": .array(kept.paths.map { .string($0) }),
        "bytes": .integer(kept.bytes.bytes),
      ]
      console.print(value.text(pretty: true))
      return
    }
    guard !kept.paths.isEmpty else { return console.print("run \(run) keeps nothing\n") }
    let paths = kept.paths.map { "  \(PrintableText.line($0))\n" }.joined()
    console.print((isDone ? "removed \(kept.bytes):\n" : "would remove \(kept.bytes):\n") + paths)
  }
}

/// What a run keeps to be able to go back.
struct KeptByRun: Sendable {
  let publications: [Publication]
  let paths: [String]
  let bytes: ByteCount

  /// Looks at what still stands there.
  static func look(_ run: CarriedRun, _ id: RunID) async throws(CommandFailure) -> KeptByRun {
    let publications = run.steps.values.flatMap { step in
      step.evidence.compactMap { evidence -> Publication? in
        switch evidence {
        case .publishing(let publication), .published(let publication): publication
        default: nil
        }
      }
    }
    do throws(StepFailure) {
      let paths = try await KeptData.paths(of: publications, run: id)
      return KeptByRun(publications: publications, paths: paths, bytes: try await KeptData.size(of: paths))
    } catch {
      throw CommandFailure(.failed, error.message, remedy: error.remedy)
    }
  }
}
