public import BackendKit
import FoundationEssentials
public import RunEvents
import Testing
public import Values

/// One restore, step by step as the run would make it, without a run.
public struct Rehearsal: Sendable {
  private let store: any SnapshotStore

  /// Restores from that repository.
  public init(_ store: any SnapshotStore) { self.store = store }

  /// Stages, checks and publishes a snapshot.
  @discardableResult
  public func restore(
    _ record: SnapshotRecord, to engine: any DatabaseEngine, run: RunID
  ) async throws -> Publication {
    let (restoration, planned) = try await stage(record, for: engine, run: run)
    return try await restoration.publish(planned)
  }

  /// Everything up to the moment before the data is published.
  public func stage(
    _ record: SnapshotRecord, for engine: any DatabaseEngine, run: RunID
  ) async throws -> (restoration: any Restoration, planned: Publication) {
    let restoration = engine.restoration
    let staging = try await restoration.begin(
      run: run, database: record.database, needing: record.logicalBytes)
    _ = try await store.restore(record.id, of: record.database, into: staging) { _ in }
    var item = staging
    if record.directories == 0 {
      let names = try FileManager.default.contentsOfDirectory(atPath: staging)
      item += "/" + (try #require(names.first))
    }
    let findings = try await restoration.checkStaged(item)
    try #require(findings.isEmpty, "\(findings)")
    let planned = try await restoration.plannedPublication(item, run: run, database: record.database)
    return (restoration, planned)
  }
}
