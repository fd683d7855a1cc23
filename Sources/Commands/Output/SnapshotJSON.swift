import BackendKit
import Values

/// Snapshots for machines.
enum SnapshotJSON {
  /// A list; more keys may be added.
  static func list(_ records: [SnapshotRecord], damaged: [SnapshotListing.Damaged] = []) -> JSONValue {
    [
      "schemaVersion": 1, "snapshots": .array(records.map(record)),
      "damaged": .array(damaged.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
    ]
  }

  /// One snapshot.
  static func record(_ record: SnapshotRecord) -> JSONValue {
    let rows = record.facts.rowCounts.sorted { $0.key < $1.key }
    let identity = record.facts.identity.sorted { $0.key < $1.key }
    return [
      "id": .string(record.id.text), "database": .string(record.database.text),
      "engine": .string(record.engine),
      "kind": .string(record.kind.rawValue), "startedAt": .string(record.startedAt.description),
      "finishedAt": .string(record.finishedAt.description),
      "consistentAt": .string(record.consistentAt.description),
      "latestAt": .string(record.latestAt.description),
      "allocatedBytes": .integer(record.allocatedBytes.bytes), "files": .integer(record.files),
      "directories": .integer(record.directories),
      "links": .integer(record.links),
      "logicalBytes": .integer(record.logicalBytes.bytes), "storedBytes": .integer(record.storedBytes.bytes),
      "skipped": .integer(record.skipped), "seconds": .number(record.seconds),
      "bytesPerSecond": .integer(record.bytesPerSecond),
      "manifest": .string(record.manifest.sha256.description),
      "packs": .array(
        record.packs.map { ["sha256": .string($0.sha256.description), "bytes": .integer($0.bytes.bytes)] }),
      "rowCounts": .object(rows.map { .init($0.key, .integer($0.value)) }),
      "identity": .object(identity.map { .init($0.key, .string($0.value)) }),
      "tool": .string(record.tool), "host": .string(record.host),
    ]
  }
}
