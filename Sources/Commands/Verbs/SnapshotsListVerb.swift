import BackendKit
import CommandLineKit
import HostSystem
import Values

/// `drplan snapshots list`: what a repository keeps.
enum SnapshotsListVerb: Verb {
  static let declaration = CommandDeclaration(
    "list", summary: "list snapshots, oldest first",
    examples: [.init("drplan snapshots list plans/orders.yaml", "what the plan's repository keeps")],
    arguments: [SnapshotPlace.argument],
    options: [SnapshotPlace.database, PlanFile.param, FormatOption.textOrJSON, Console.color])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let listing = try await SnapshotPlace.open(invocation, console).listing(invocation)
    if console.isJSON {
      console.print(SnapshotJSON.list(listing.snapshots, damaged: listing.damaged).text(pretty: true))
    } else if listing.snapshots.isEmpty, listing.damaged.isEmpty {
      console.print("no snapshots; take one with `drplan backup PLAN`")
    } else {
      console.print(table(listing))
    }
    return listing.damaged.isEmpty ? .done : .failed
  }

  private static func table(_ listing: SnapshotListing) -> String {
    let now = HostClock().now
    let width = max(8, listing.snapshots.map(\.database.text.count).max() ?? 0)
    var lines = [
      "\("DATABASE".padded(to: width))  \("SNAPSHOT".padded(to: 26)) \("DATA AS OF".padded(to: 25)) \("AGE".padded(to: 12)) \("FILES".padded(to: 8)) \("SIZE".padded(to: 11)) STORED"
    ]
    for record in listing.snapshots {
      let age = max(.zero, record.consistentAt.distance(to: now)).readable
      lines.append(
        "\(record.database.text.padded(to: width))  \(record.id.text.padded(to: 26)) \(record.consistentAt.description.padded(to: 25)) "
          + "\(age.padded(to: 12)) \(String(record.files).padded(to: 8)) \(record.logicalBytes.description.padded(to: 11)) \(record.storedBytes)"
      )
    }
    for damaged in listing.damaged { lines.append("damaged: \(damaged.name): \(damaged.reason)") }
    return lines.joined(separator: "\n")
  }
}

/// `drplan snapshots show`: one snapshot's record.
enum SnapshotsShowVerb: Verb {
  static let declaration = CommandDeclaration(
    "show", summary: "show one snapshot's record",
    arguments: [SnapshotPlace.argument, Argument("SNAPSHOT", "an id, the beginning of one, or `latest`")],
    options: [SnapshotPlace.database, PlanFile.param, FormatOption.textOrJSON])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let record = try await SnapshotPlace.open(invocation, console).find(invocation.arguments[1], invocation)
    console.print(console.isJSON ? SnapshotJSON.record(record).text(pretty: true) : text(record))
    return .done
  }

  private static func text(_ record: SnapshotRecord) -> String {
    var rows: [(String, String)] = [
      ("snapshot", record.id.text), ("database", "\(record.database) (\(record.engine))"),
      ("kind", record.kind.rawValue),
      ("data as of", record.consistentAt.description),
      ("taken", "\(record.startedAt) to \(record.finishedAt) on \(record.host) by \(record.tool)"),
      (
        "content",
        "\(record.files) files, \(record.directories) folders, \(record.links) links, \(record.logicalBytes)"
      ),
      ("stored", "\(record.storedBytes) in \(record.packs.count) packs"),
      ("manifest", record.manifest.sha256.description),
    ]
    if record.skipped > 0 {
      rows.append(
        (
          "left out",
          "\(record.skipped) sockets, FIFOs or devices: \(record.skippedExamples.joined(separator: ", "))"
        ))
    }
    for (table, count) in record.facts.rowCounts.sorted(by: { $0.key < $1.key }) {
      rows.append(("rows of \(table)", "\(count)"))
    }
    for (name, value) in record.facts.identity.sorted(by: { $0.key < $1.key }) { rows.append((name, value)) }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { "\($0.0.padded(to: width))  \($0.1)" }.joined(separator: "\n")
  }
}
