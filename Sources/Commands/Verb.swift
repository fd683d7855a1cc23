import CommandLineKit
import Values

/// One command of the tool; conforming types live one per file in `Verbs/` and are listed once in `VerbList`.
protocol Verb: SendableMetatype {
  /// Its name, options, help.
  static var declaration: CommandDeclaration { get }

  /// Whether it works for long and cleans up when it is interrupted: then Ctrl-C and SIGTERM cancel it.
  static var isInterruptible: Bool { get }
  /// Whether it may ever wait: what only reads and prints needs none of what waiting takes.
  static var waits: Bool { get }

  /// Carries it out: the result on standard output, everything else on standard error.
  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode
}

extension Verb {
  static var isInterruptible: Bool { false }
  static var waits: Bool { true }
}

/// Why a command could not do its work.
struct CommandFailure: Error {
  /// How the tool exits.
  let exitCode: ExitCode
  /// What happened and where.
  let message: String
  /// What to do next.
  let remedy: String?

  init(_ exitCode: ExitCode, _ message: String, remedy: String? = nil) {
    self.exitCode = exitCode
    self.message = message
    self.remedy = remedy
  }

  /// For people: the fact, then the remedy.
  var text: String {
    guard !message.isEmpty else { return "" }
    return "drplan: \(message)\n" + (remedy.map { "  = help: \($0)\n" } ?? "")
  }

  /// For machines: the only thing on standard output.
  var json: String {
    let value: JSONValue = [
      "error": [
        "message": .string(message), "remedy": remedy.map { .string($0) } ?? .null,
        "exitCode": .integer(Int64(exitCode.rawValue)),
      ]
    ]
    return value.text(pretty: true)
  }
}

/// All commands: the one list.
enum VerbList {
  static var verbs: [any Verb.Type] {
    [
      ValidateVerb.self, ExplainVerb.self, GraphVerb.self, SimulateVerb.self, RunVerb.self, ResumeVerb.self,
      RollbackVerb.self, CommitVerb.self, ApproveVerb.self, DrillVerb.self, StatusVerb.self, BackupVerb.self,
      SchemaVerb.self,
      InitVerb.self,
      CompletionsVerb.self, ManVerb.self,
    ]
  }
  static var snapshotVerbs: [any Verb.Type] {
    [
      SnapshotsListVerb.self, SnapshotsShowVerb.self, SnapshotsVerifyVerb.self, SnapshotsRestoreVerb.self,
    ]
  }
  static var runVerbs: [any Verb.Type] {
    [
      RunsListVerb.self, RunsShowVerb.self, RunsReportVerb.self, RunsVerifyVerb.self,
    ]
  }

  static let snapshots = CommandDeclaration(
    "snapshots", summary: "list, show, verify and restore snapshots",
    subcommands: snapshotVerbs.map { $0.declaration })
  static let runs = CommandDeclaration(
    "runs", summary: "records of runs: list, show, report, verify",
    subcommands: runVerbs.map { $0.declaration })

  static let declaration = CommandDeclaration(
    "drplan", summary: "execute disaster-recovery plans and prove that their objectives were met",
    discussion: """
      A plan is a YAML file that declares how fast a system must be back (RTO), how much data it may lose (RPO), and the \
      steps that get it there. drplan checks it, runs it, and says with evidence whether the objectives were met.

      Standard output carries the result, standard error everything else. Exit codes: 0 done and objectives met, 1 \
      failed, 2 wrong usage or invalid plan (nothing was touched), 3 recovered but an objective was missed or not \
      measured, 4 recovered with exceptions, 5 waiting for a person, 11 locked by another run, 130 and 143 interrupted.
      """,
    examples: [
      .init("drplan validate plans/orders.yaml", "check a plan, offline"),
      .init("drplan backup plans/orders.yaml", "take snapshots of its databases"),
      .init("drplan run plans/orders.yaml --dry-run=probe", "look whether it could run, changing nothing"),
      .init("drplan drill plans/orders.yaml", "rehearse it in scratch space, and clean up"),
      .init("drplan run plans/orders.yaml", "run it"),
      .init("drplan runs report latest", "see what the last run did"),
    ],
    subcommands: verbs.map { $0.declaration } + [snapshots, runs])

  /// The command at a path such as `["drplan", "snapshots", "list"]`.
  static func verb(at path: [String]) -> (any Verb.Type)? {
    let list = path.count == 3 ? (path[1] == "runs" ? runVerbs : snapshotVerbs) : verbs
    return list.first { $0.declaration.name == path.last }
  }
}
