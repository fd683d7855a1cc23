import BackendKit
import Declarations
import HostSystem
import RunEvents
import Values

/// Tells people, on all channels at once.
struct NotifyStakeholders: StepAction {
  /// What can go with a message.
  enum Attachment: String, CaseIterable, Sendable {
    case report = "Report"
  }

  private static let channels = Key<[ChannelID]>.required(
    "channels", ValueType<ChannelID>.name(.channel).list(atLeast: 1), "the channels to tell, all at once")
  private static let message = Key<Template>.required("message", .template, "what to say")
  private static let attach = Key<Attachment?>.optional(
    "attach", .choice("an attachment"), "`Report` sends the run's report so far along")

  static let declaration = KindDeclaration(
    "NotifyStakeholders", summary: "Sends a message to channels.",
    notes: """
      All channels are told at once, and the result of each is on record. A channel that fails in a way that may pass
      is tried up to three times within the step's time. The step fails when any channel did not take the message;
      another attempt of the step tells only those that did not, also after a crash. A message has the same id, made of
      run, step and channel, however often it is sent; when a run that had ended is resumed, the id ends with how often
      that happened. A message never holds a secret.
      """,
    example: """
      steps:
        - id: announce
          action: NotifyStakeholders
          timeout: 30s
          onFailure: Continue
          with: {channels: [incident-room], message: "Orders ${run.mode} declared."}
      """,
    shape: Shape(
      "the inputs of NotifyStakeholders", [channels.erased, message.erased, attach.erased],
      synonyms: ["to": "channels", "channel": "channels", "text": "message"]))

  private let channels: [ChannelID]
  private let message: Template
  private let attachment: Attachment?
  private let memory = DeliveryMemory()

  init(_ inputs: Record) {
    var seen: Set<ChannelID> = []
    channels = inputs[Self.channels].filter { seen.insert($0).inserted }
    message = inputs[Self.message]
    attachment = inputs[Self.attach]
  }

  var effects: ActionEffects {
    ActionEffects(phase: .notify, channels: channels, outputs: ["delivered"])
  }

  func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    let text = try context.text(message)
    let report = attachment == .report ? context.report() : nil
    let told = Self.told(context)
    let waiting = channels.filter {
      !told.contains($0) && !memory.has($0, run: context.run.id, step: context.step)
    }
    context.progress(StepProgress("telling \(waiting.map(\.text).joined(separator: ", "))"))
    let outcomes = await withTaskGroup(of: (ChannelID, StepFailure?).self) { group in
      for channel in waiting {
        group.addTask {
          let delivery = ChannelDelivery(channel: channel, context: context)
          return (channel, await delivery.deliver(text, report: report))
        }
      }
      var outcomes: [ChannelID: StepFailure] = [:]
      for await (channel, failure) in group {
        if failure == nil { memory.add(channel, run: context.run.id, step: context.step) }
        outcomes[channel] = failure
      }
      return outcomes
    }
    let failed = channels.compactMap { channel in outcomes[channel].map { (channel, $0) } }
    guard var failure = failed.first?.1 else {
      return StepResult(outputs: ["delivered": channels.map(\.text).joined(separator: ", ")])
    }
    failure.message =
      "\(failed.count) of \(channels.count) channels did not take the message: "
      + failed.map { "`\($0.0)`: \($0.1.message)" }.joined(separator: "; ")
    failure.isRetryable = failed.contains { $0.1.isRetryable }
    throw failure
  }

  /// The channels that took the message in this round of the run, as far as it is on record.
  private static func told(_ context: StepContext) -> Set<ChannelID> {
    Set(
      context.current.compactMap { evidence in
        guard case .notification(let record) = evidence, record.delivered,
          record.round ?? 0 == context.run.round
        else { return nil }
        return record.channel
      })
  }

  /// What became of an attempt that was killed.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    .notDone("what a channel took before is on record, and carries the same id")
  }

  /// Sets back what it changed.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome { .nothingToUndo }

  func probe(_ context: StepContext) async -> [ProbeFinding] {
    var findings: [ProbeFinding] = []
    for id in channels {
      do throws(StepFailure) {
        let channel = try context.environment.channel(id)
        let found = await channel.probe(secrets: context.environment.secrets)
        findings.append(ProbeFinding("channel `\(id)`", found.state, "\(found.subject): \(found.detail)"))
      } catch {
        findings.append(ProbeFinding("channel `\(id)`", .blocked, error.message))
      }
    }
    return findings
  }
}
