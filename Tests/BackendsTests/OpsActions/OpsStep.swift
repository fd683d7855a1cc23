import BackendKit
import Declarations
import DrplanTestKit
import Repository
import RunEvents
import Synchronization
import Testing
import Values

@testable import Backends

/// A step under test: what it records is kept in memory.
final class OpsStep: Sendable {
  private let evidence = Mutex<[StepEvidence]>([])

  /// What was put on record, in order.
  var recorded: [StepEvidence] { evidence.withLock { $0 } }

  /// Changes of services on record, as `name State`.
  var serviceStates: [String] {
    recorded.compactMap {
      if case .service(let record) = $0 { "\(record.service) \(record.state)" } else { nil }
    }
  }

  /// Messages on record, by channel.
  var notifications: [NotificationRecord] {
    recorded.compactMap { if case .notification(let record) = $0 { record } else { nil } }
      .sorted { $0.channel < $1.channel }
  }

  /// A context of the run that the step is in.
  func context(
    _ folder: ScratchFolder, step: String = "the-step", attempt: Int = 1, timeLimit: Duration = .seconds(60),
    services: [ServiceBinding] = [], channels: [String: any Channel] = [:], secrets: [String: String] = [:],
    values: [String: String] = [:], earlier: [StepEvidence] = [], current: [StepEvidence]? = nil,
    round: Int = 0
  ) throws -> StepContext {
    let run = ChannelContract.notification("").run
    let id = try #require(StepID(step))
    var byID: [ChannelID: any Channel] = [:]
    for (name, channel) in channels { byID[try #require(ChannelID(name))] = channel }
    let environment = RunEnvironment(
      databases: [:], services: Dictionary(uniqueKeysWithValues: services.map { ($0.id, $0) }),
      channels: byID,
      snapshots: DirectoryRepository(
        path: folder.file("repository"), tool: "drplan", now: { Timestamp(seconds: 0) }),
      secrets: GivenSecrets(secrets), planDirectory: folder.path,
      logDirectory: folder.file("logs"))
    return StepContext(
      run: RunFacts(
        id: run, plan: try #require(PlanName("orders")), mode: .recovery, disruptedAt: Timestamp(seconds: 0),
        rpo: .seconds(300), rto: .seconds(900), round: round),
      step: id, attempt: attempt, timeLimit: timeLimit, environment: environment, restored: [:],
      earlier: earlier, current: current, fill: { values[$0.description] },
      record: { [self] evidence in self.evidence.withLock { $0.append(evidence) } },
      progress: { _ in }, report: { "the report" })
  }
}
