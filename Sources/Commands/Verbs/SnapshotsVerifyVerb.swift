import BackendKit
import CommandLineKit
import Values

/// `drplan snapshots verify`: reads everything that snapshots need, and compares it with its digests.
enum SnapshotsVerifyVerb: Verb {
  static let isInterruptible = true

  static let declaration = CommandDeclaration(
    "verify", summary: "read every stored byte of snapshots and compare it with its digest",
    discussion: "Exits with 1 if anything is damaged, naming the file and the block. Changes nothing.",
    examples: [.init("drplan snapshots verify plans/orders.yaml", "all snapshots of the repository")],
    arguments: [
      SnapshotPlace.argument,
      Argument("SNAPSHOT", "an id, the beginning of one, or `latest`; all if left out", count: .any),
    ],
    options: [
      SnapshotPlace.database, RunVerb.noProgress, PlanFile.param, FormatOption.textOrJSON, Console.color,
    ])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let place = try SnapshotPlace.open(invocation, console)
    let listing = try await place.listing(invocation)
    var records = listing.snapshots
    if invocation.arguments.count > 1 {
      records = []
      for word in invocation.arguments.dropFirst() { records.append(try await place.find(word, invocation)) }
    }
    let redraws = console.canRedraw && !invocation.has(RunVerb.noProgress)
    var summaries: [VerificationSummary] = []
    var failures: [(SnapshotRecord, SnapshotError)] = []
    for record in records {
      do throws(SnapshotError) {
        let summary = try await TransferView.during("verifying \(record.id)", console, redraws: redraws) {
          (progress) throws(SnapshotError) in
          try await place.store.verify(record.id, of: record.database, progress: progress)
        }
        summaries.append(summary)
        if !console.isJSON { console.print(text(summary)) }
      } catch {
        failures.append((record, error))
        if !console.isJSON { console.print("\(record.database) \(record.id): DAMAGED: \(error.message)") }
      }
    }
    let damagedRecords = invocation.arguments.count > 1 ? [] : listing.damaged
    if console.isJSON {
      console.print(json(summaries, failures, damagedRecords).text(pretty: true))
    } else {
      for damaged in damagedRecords { console.print("\(damaged.name): DAMAGED: \(damaged.reason)") }
      if records.isEmpty, damagedRecords.isEmpty { console.print("no snapshots") }
    }
    return failures.isEmpty && damagedRecords.isEmpty && summaries.allSatisfy(\.isIntact) ? .done : .failed
  }

  private static func text(_ summary: VerificationSummary) -> String {
    let head = "\(summary.record.database) \(summary.record.id): "
    if summary.isIntact {
      return head
        + "intact: \(summary.files) files, \(summary.blocks) blocks, \(summary.bytes) read and compared"
    }
    var lines = [head + "DAMAGED in \(summary.damageCount) places"]
    lines += summary.damage.prefix(20).map { "  \($0)" }
    if summary.damageCount > 20 { lines.append("  ... and \(summary.damageCount - 20) more") }
    return lines.joined(separator: "\n")
  }

  private static func json(
    _ summaries: [VerificationSummary], _ failures: [(SnapshotRecord, SnapshotError)],
    _ damaged: [SnapshotListing.Damaged]
  ) -> JSONValue {
    let read = summaries.map { summary -> JSONValue in
      [
        "id": .string(summary.record.id.text), "database": .string(summary.record.database.text),
        "intact": .bool(summary.isIntact),
        "files": .integer(summary.files), "blocks": .integer(summary.blocks),
        "bytes": .integer(summary.bytes.bytes),
        "damageCount": .integer(summary.damageCount),
        "damage": .array(
          summary.damage.map {
            [
              "object": .string($0.object), "file": $0.file.map { .string($0) } ?? .null,
              "block": $0.block.map { .integer($0) } ?? .null, "reason": .string($0.reason),
            ]
          }),
      ]
    }
    let unread = failures.map { record, error -> JSONValue in
      [
        "id": .string(record.id.text), "database": .string(record.database.text), "intact": false,
        "error": .string(error.message),
      ]
    }
    let records = damaged.map { damaged -> JSONValue in
      ["name": .string(damaged.name), "intact": false, "error": .string(damaged.reason)]
    }
    return ["schemaVersion": 1, "snapshots": .array(read + unread + records)]
  }
}
