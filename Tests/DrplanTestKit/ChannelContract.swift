public import BackendKit
public import RunEvents
public import Testing
import Values

/// What every channel must do.
///
/// A backend's test makes one over a real other side and calls `holds`.
public struct ChannelContract: Sendable {
  private let channel: any Channel
  private let secrets: any SecretSource
  private let received: @Sendable () async throws -> [String]

  /// The contract for one channel; `received` gives what the other side got so far, in the order of arrival.
  public init(
    _ channel: any Channel, secrets: any SecretSource,
    received: @escaping @Sendable () async throws -> [String]
  ) {
    self.channel = channel
    self.secrets = secrets
    self.received = received
  }

  /// Probes and sends.
  public func holds(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let finding = await channel.probe(secrets: secrets)
    #expect(finding.state != .blocked, "\(finding.detail)", sourceLocation: sourceLocation)
    #expect(try await received().isEmpty, "a probe sends nothing", sourceLocation: sourceLocation)

    let notification = Self.notification("Orders declared: 100 % \"down\" \u{2014} since 03:15")
    try await channel.send(notification, secrets: secrets)
    try await channel.send(notification, secrets: secrets)
    let messages = try await received()
    #expect(messages.count == 2, sourceLocation: sourceLocation)
    #expect(
      messages.first == messages.last, "a message sent again is the same", sourceLocation: sourceLocation)
    #expect(messages.first?.contains("since 03:15") == true, sourceLocation: sourceLocation)
    #expect(messages.first?.contains("20261120T031502Z-orders-7f3a") == true, sourceLocation: sourceLocation)
  }

  /// A message of a run that never was.
  public static func notification(
    _ message: String, mode: RunMode = .recovery, report: String? = nil
  ) -> BackendKit.Notification {
    guard let run = RunID("20261120T031502Z-orders-7f3a"), let plan = PlanName("orders"),
      let step = StepID("announce")
    else { preconditionFailure("these are well-formed names") }
    return BackendKit.Notification(
      id: "\(run)/\(step)/room", run: run, plan: plan, mode: mode, step: step,
      time: Timestamp(seconds: 1_795_144_502), message: message, report: report)
  }
}
