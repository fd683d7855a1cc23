import BackendKit
import Backends
import CommandLineKit
import HostSystem
import PlanModel
import StepGraph
import Values

/// `drplan backup`: takes snapshots of a plan's databases.
enum BackupVerb: Verb {
  static let isInterruptible = true

  static let type = Option(
    "type", value: .required("TYPE"), choices: ["full", "differential", "incremental"],
    "what to store; full if left out")

  static let declaration = CommandDeclaration(
    "backup", summary: "take snapshots of a plan's databases",
    discussion: """
      Each snapshot is consistent and complete: a SQLite database is copied through its online backup interface while it \
      is in use. A snapshot exists once its record is written; one that was interrupted leaves nothing.
      """,
    examples: [
      .init("drplan backup plans/orders.yaml", "all databases of the plan"),
      .init("drplan backup plans/orders.yaml orders", "one of them"),
    ],
    arguments: [
      Argument("PLAN", "the plan's file", completion: .files),
      Argument("DATABASE", "a database of the plan; all if left out", count: .any),
    ],
    options: [
      type, RunSetup.state, RunVerb.noProgress, PlanFile.param, FormatOption.textOrJSON, Console.color,
    ])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    if let kind = invocation.value(type), kind != "full" {
      throw CommandFailure(
        .refused, "\(kind) snapshots are not supported by this version of drplan", remedy: "use `--type full`"
      )
    }
    let (_, graph) = try PlanFile.require(invocation, console)
    let databases = try choose(invocation.arguments.dropFirst(), graph.plan)
    let environment = RunSetup.environment(graph.plan, logDirectory: "")
    let scratch = try RunSetup.stateDirectory(invocation) + "/scratch"
    var records: [SnapshotRecord] = []
    for database in databases {
      do throws(StepFailure) {
        let binding = try environment.database(database.id)
        let redraws = console.canRedraw && !invocation.has(RunVerb.noProgress)
        let record = try await TransferView.during("backing up \(database.id)", console, redraws: redraws) {
          (progress) throws(StepFailure) in
          try await SnapshotTaking.take(
            of: binding, into: environment.snapshots, scratch: scratch, progress: progress)
        }
        records.append(record)
        if !console.isJSON { console.print(line(record)) }
      } catch {
        throw CommandFailure(error)
      }
    }
    if console.isJSON { console.print(SnapshotJSON.list(records).text(pretty: true)) }
    return .done
  }

  private static func choose(_ names: ArraySlice<String>, _ plan: Plan) throws(CommandFailure) -> [Database] {
    guard !names.isEmpty else {
      guard !plan.databases.isEmpty else { throw CommandFailure(.refused, "the plan declares no databases") }
      return plan.databases
    }
    var chosen: [Database] = []
    for name in names {
      guard let database = plan.databases.first(where: { $0.id.text == name }) else {
        let all = plan.databases.map(\.id.text)
        throw CommandFailure(
          .refused, "the plan declares no database `\(name)`",
          remedy: NearestName.of(name, among: all).map { "did you mean `\($0)`?" }
            ?? "declared: \(all.joined(separator: ", "))")
      }
      chosen.append(database)
    }
    return chosen
  }

  private static func line(_ record: SnapshotRecord) -> String {
    let skipped = record.skipped > 0 ? "; \(record.skipped) sockets, FIFOs or devices left out" : ""
    let files = record.files == 1 ? "1 file" : "\(record.files) files"
    return
      "\(record.database): snapshot \(record.id), data as of \(record.consistentAt), \(files), \(record.logicalBytes) in "
      + "\(record.storedBytes), \(Duration.nanoseconds(Int64(record.seconds * 1e9)).readable)\(skipped)"
  }
}
