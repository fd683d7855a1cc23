import BackendKit
import HostSystem
import PlanModel
import RunEvents
import StepGraph
import Synchronization
import Values

/// Tells the channels that the plan names when the objective is at risk, beside the run: nothing waits for it but the
/// run's last event, and that not for long.
final class AlertingRecorder: EventRecorder {
  private let recorder: any EventRecorder
  private let setup: RunSetup
  private let channels: [ChannelID]
  private let sending = Mutex<[Task<RunNotified, Never>]>([])
  /// How long the end of a run waits for a channel.
  private static let patience = Duration.seconds(5)

  init(_ recorder: any EventRecorder, _ setup: RunSetup) {
    self.recorder = recorder
    self.setup = setup
    channels = setup.graph.plan.objectives.notifyAtRisk
  }

  /// Records what `recorder` records; before the run's last event also what became of the messages.
  func record(_ bodies: [RunEvent.Body]) async throws(RecordingError) -> [RunEvent] {
    guard !channels.isEmpty else { return try await recorder.record(bodies) }
    var all = bodies
    if let end = bodies.lastIndex(where: { if case .runFinished = $0 { true } else { false } }) {
      all.insert(contentsOf: await outcomes(), at: end)
    }
    let events = try await recorder.record(all)
    for case .objectiveAtRisk(let risk) in bodies { tell(risk) }
    return events
  }

  private func tell(_ risk: ObjectiveAtRisk) {
    let tasks = channels.map { channel in
      // Waited for at the end of the run, for a while.
      Task { [setup] in await Self.send(risk, to: channel, setup) }
    }
    sending.withLock { $0 += tasks }
  }

  private func outcomes() async -> [RunEvent.Body] {
    let tasks = sending.withLock { sending in
      defer { sending = [] }
      return sending
    }
    guard !tasks.isEmpty else { return [] }
    // Cancelled once everything was told, or told to give up: a channel honours that promptly.
    let limit = Task {
      try? await HostClock().sleep(for: Self.patience)
      for task in tasks { task.cancel() }
    }
    var outcomes: [RunEvent.Body] = []
    for task in tasks { outcomes.append(.runNotified(await task.value)) }
    limit.cancel()
    return outcomes
  }

  private static func send(_ risk: ObjectiveAtRisk, to id: ChannelID, _ setup: RunSetup) async -> RunNotified
  {
    let forecast = Duration.seconds(risk.forecastSeconds).planText
    let notification = Notification(
      id: "\(setup.run)/objective.at-risk/\(id)", run: setup.run, plan: setup.graph.plan.name,
      mode: setup.mode,
      step: risk.step, time: HostClock().now,
      message:
        "The RTO of \(Duration.seconds(risk.rtoSeconds).planText) is at risk: with step \(risk.step) as slow as it "
        + "is, recovery takes \(forecast) (durations: \(risk.basis.lowercased())).")
    var record = NotificationRecord(channel: id, delivered: true)
    do throws(StepFailure) {
      let channel = try setup.environment.channel(id)
      try await channel.send(notification, secrets: setup.environment.secrets)
    } catch {
      record.delivered = false
      record.error = error.message
    }
    return RunNotified(about: "objective.at-risk", record: record)
  }
}
