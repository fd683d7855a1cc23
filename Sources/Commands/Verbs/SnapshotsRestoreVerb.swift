import BackendKit
import CommandLineKit
import HostSystem
import Values

/// `drplan snapshots restore`: writes a snapshot into a new folder, beside any plan.
enum SnapshotsRestoreVerb: Verb {
  static let isInterruptible = true

  static let to = Option(
    "to", value: .required("DIR"), completion: .folders, "the folder to make; it must not exist")

  static let declaration = CommandDeclaration(
    "restore", summary: "write a snapshot into a new folder",
    discussion: """
      Every block is compared with its digest before it is used; if anything is damaged the folder is removed again. Live \
      data is never touched: to put a snapshot in place, run a plan.
      """,
    examples: [
      .init(
        "drplan snapshots restore plans/orders.yaml latest --database orders --to /tmp/orders",
        "look into a snapshot")
    ],
    arguments: [SnapshotPlace.argument, Argument("SNAPSHOT", "an id, the beginning of one, or `latest`")],
    options: [
      to, SnapshotPlace.database, RunVerb.noProgress, PlanFile.param, FormatOption.textOrJSON, Console.color,
    ])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    guard let folder = invocation.value(to) else {
      throw CommandFailure(
        .refused, "`drplan snapshots restore` needs `--to DIR`",
        remedy: "name a folder that does not exist yet")
    }
    let place = try SnapshotPlace.open(invocation, console)
    let record = try await place.find(invocation.arguments[1], invocation)
    let redraws = console.canRedraw && !invocation.has(RunVerb.noProgress)
    let start = HostClock().uptime
    do throws(SnapshotError) {
      let summary = try await TransferView.during("restoring \(record.id)", console, redraws: redraws) {
        (progress) throws(SnapshotError) in
        try await place.store.restore(
          record.id, of: record.database, into: HostFacts.absolutePath(folder), progress: progress)
      }
      let seconds = HostClock().uptime - start
      for leftover in summary.leftovers {
        console.note("drplan: `\(leftover)` was left by a restore that was killed; remove it")
      }
      if summary.ownersNotSet > 0 {
        console.note(
          "drplan: the owners of \(summary.ownersNotSet) entries could not be set, which only root can")
      }
      if console.isJSON {
        let value: JSONValue = [
          "schemaVersion": 1, "id": .string(record.id.text), "database": .string(record.database.text),
          "directory": .string(HostFacts.absolutePath(folder)), "files": .integer(summary.files),
          "bytes": .integer(summary.bytes.bytes), "seconds": .number(seconds.roundedSeconds),
        ]
        console.print(value.text(pretty: true))
      } else {
        console.print(
          "\(record.database) \(record.id): \(summary.files) files, \(summary.bytes) verified and written to \(folder) in \(seconds.readable)"
        )
      }
      return .done
    } catch {
      throw CommandFailure(error)
    }
  }
}
