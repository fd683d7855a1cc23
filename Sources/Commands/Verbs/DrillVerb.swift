import CommandLineKit
import HostSystem
import Journal
import RunEvents
import Values

/// `drplan drill`: runs a plan in scratch space, and removes all of it again.
enum DrillVerb: Verb {
  static let cleanup = Option(
    "cleanup", "run nothing: remove and list what crashed drills left behind")

  static let declaration = CommandDeclaration(
    "drill", summary: "rehearse a plan in scratch space, and clean up",
    discussion: """
      Restores every database of the plan through the same steps as a recovery, but into scratch space: the `drill` place \
      of the database, or a folder below the state directory. Verifies the restored data there, measures RTO and RPO, \
      and removes everything it made: after success, after failure, after Ctrl-C; after a crash the next drill or run \
      does it, or `--cleanup`.

      Production is not touched. Steps that stop or start services are left out; so are programs and backups, unless \
      the step's `modes` name `drill`, and checks that read no restored database. The report names them all. Messages \
      begin with [DRILL].
      """,
    examples: [
      .init("drplan drill plans/orders.yaml", "rehearse the recovery"),
      .init("drplan drill plans/orders.yaml --dry-run", "see what a drill would run and what it leaves out"),
      .init("drplan drill --cleanup", "remove what crashed drills left behind"),
    ],
    arguments: [Argument("PLAN", "the plan's file", count: .optional, completion: .files)],
    options: [cleanup] + RunVerb.declaration.options.filter { $0.name != RunVerb.mode.name })

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    if invocation.has(cleanup) {
      guard invocation.arguments.isEmpty else {
        throw CommandFailure(
          .refused, "`--cleanup` cleans up after all drills and takes no plan",
          remedy: "leave one of both out")
      }
      return try await cleanUp(try RunSetup.stateDirectory(invocation), console)
    }
    guard !invocation.arguments.isEmpty else {
      throw CommandFailure(.refused, "`drplan drill` needs a plan", remedy: "see `drplan drill --help`")
    }
    return try await RunVerb.start(invocation, console, mode: .drill)
  }

  private static func cleanUp(
    _ stateDirectory: String, _ console: Console
  ) async throws(CommandFailure) -> ExitCode {
    let outcome = await DrillSweep.run(stateDirectory: stateDirectory)
    console.print(console.isJSON ? json(outcome).text(pretty: true) : text(outcome, stateDirectory))
    return outcome.hasLeftovers ? .failed : .done
  }

  private static func text(_ outcome: DrillSweep.Outcome, _ stateDirectory: String) -> String {
    var lines: [String] = []
    for (run, place) in outcome.places {
      let what = "\(PrintableText.line(place.path)) (database \(place.database) of \(run))"
      guard let error = place.error else {
        lines.append("removed    \(what)")
        continue
      }
      let size = place.bytes.map { ", \($0)" } ?? ""
      lines.append("left over  \(what)\(size): \(PrintableText.line(error))")
    }
    lines += outcome.problems.map { "left over  \(PrintableText.line($0))" }
    lines += outcome.running.map { "running    \($0): not touched" }
    let left = outcome.places.count { $0.place.error != nil } + outcome.problems.count
    if lines.isEmpty { return "no drill left anything behind in \(PrintableText.line(stateDirectory))" }
    return (lines + ["leftovers: \(left)"]).joined(separator: "\n")
  }

  private static func json(_ outcome: DrillSweep.Outcome) -> JSONValue {
    func entry(_ run: RunID, _ place: DrillPlace) -> JSONValue {
      [
        "run": .string(run.text), "database": .string(place.database.text), "path": .string(place.path),
        "bytes": place.bytes.map { .integer($0.bytes) } ?? .null,
        "reason": place.error.map { .string($0) } ?? .null,
      ]
    }
    return [
      "schemaVersion": 1,
      "removed": .array(outcome.places.filter { $0.place.error == nil }.map { entry($0.run, $0.place) }),
      "leftovers": .array(outcome.places.filter { $0.place.error != nil }.map { entry($0.run, $0.place) }),
      "problems": .array(outcome.problems.map { .string($0) }),
      "running": .array(outcome.running.map { .string($0.text) }),
    ]
  }
}
