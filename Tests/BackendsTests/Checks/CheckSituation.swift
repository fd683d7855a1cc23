import BackendKit
import Declarations
import DrplanTestKit
import HostSystem
import Repository
import RunEvents
import Synchronization
import Values

@testable import Backends

/// A run in which checks and actions are tried: real databases, a real repository, evidence kept in memory.
final class CheckSituation: Sendable {
  let scratch: ScratchFolder
  let store: DirectoryRepository
  private let recorded = Mutex<[StepEvidence]>([])

  init() throws {
    scratch = try ScratchFolder()
    store = DirectoryRepository(path: scratch.file("repository"), tool: "test") { HostClock().now }
  }

  /// What was put on record, in order.
  var evidence: [StepEvidence] { recorded.withLock { $0 } }

  /// The checks put on record, in order.
  var checks: [CheckRecord] {
    evidence.compactMap { if case .check(let record) = $0 { record } else { nil } }
  }

  /// A context with those databases, by name; `restored` are the snapshots that this run has restored.
  func context(
    _ databases: [String: any DatabaseEngine] = [:], restored: [SnapshotRecord] = [],
    disruptedAt: Timestamp = HostClock().now, values: [String: String] = [:], secrets: [String: String] = [:],
    refusesRecords: Bool = false, earlier: [StepEvidence] = [], current: [StepEvidence]? = nil
  ) -> StepContext {
    var bindings: [DatabaseID: DatabaseBinding] = [:]
    for (name, engine) in databases {
      let id = PlanFixtures.database(name)
      bindings[id] = DatabaseBinding(
        id: id, engineName: type(of: engine).declaration.name, source: engine, target: engine)
    }
    var proven: [DatabaseID: RestoredDatabase] = [:]
    for record in restored {
      proven[record.database] = RestoredDatabase(
        database: record.database, snapshot: record.id, consistentAt: record.consistentAt,
        bytes: record.logicalBytes, files: Int(record.files), verified: true)
    }
    let run = RunFacts(
      id: PlanFixtures.runID, plan: PlanFixtures.planName, mode: .recovery, disruptedAt: disruptedAt,
      rpo: .seconds(300), rto: .seconds(900))
    return StepContext(
      run: run, step: PlanFixtures.step("verify"), attempt: 1, timeLimit: .seconds(60),
      environment: RunEnvironment(
        databases: bindings, services: [:], channels: [:], snapshots: store,
        secrets: GivenSecrets(values: secrets),
        planDirectory: scratch.path, logDirectory: scratch.file("logs")),
      restored: proven, earlier: earlier, current: current, fill: { values[$0.description] },
      record: { [self] (evidence) async throws(StepFailure) in
        guard !refusesRecords else { throw StepFailure(.journal, "the disk is full") }
        recorded.withLock { $0.append(evidence) }
      }, progress: { _ in }, report: { "" })
  }

  /// A snapshot of the database of that engine.
  func snapshot(_ name: String, _ engine: any DatabaseEngine) async throws -> SnapshotRecord {
    let binding = DatabaseBinding(
      id: PlanFixtures.database(name), engineName: type(of: engine).declaration.name, source: engine,
      target: engine)
    return try await SnapshotTaking.take(of: binding, into: store, scratch: scratch.file("s")) { _ in }
  }

  private struct GivenSecrets: SecretSource {
    let values: [String: String]

    func value(of reference: SecretReference) async throws(StepFailure) -> Secret {
      guard let value = values[reference.name] else {
        throw StepFailure(.secretUnavailable, "no secret `\(reference.name)`")
      }
      return Secret(value)
    }
  }
}
