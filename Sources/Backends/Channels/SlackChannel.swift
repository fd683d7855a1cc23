import BackendKit
import Declarations
import Values

/// Posts messages to a Slack channel.
struct SlackChannel: Channel {
  private static let webhookURL = Key<SecretReference>.required(
    "webhookUrl", .secret, "the address of an incoming webhook of Slack")
  private static let timeout = Key<Duration>.optional(
    "timeout", .duration(), default: .seconds(10), shownAs: "10s", "how long one delivery may take")

  static let declaration = KindDeclaration(
    "Slack", summary: "Posts each message to a Slack channel by an incoming webhook.",
    notes: """
      Sends `text` for notifications of the phone and `blocks` for the channel: a header with the plan, the message,
      and a line with run and step; an attached report follows in blocks of fixed width. What is longer than Slack
      takes is cut and ends with `…`. Slack has no way to drop doubles: a message whose answer got lost is sent again.
      The address never appears in a message or record.
      """,
    example: """
      secrets:
        slackWebhook: {env: ORDERS_SLACK_WEBHOOK}
      channels:
        incident-room: {type: Slack, webhookUrl: "${secrets.slackWebhook}"}
      """,
    shape: Shape(
      "a Slack channel", [webhookURL.erased, timeout.erased],
      synonyms: ["url": "webhookUrl", "webhook": "webhookUrl", "webhookURL": "webhookUrl"]))

  private let delivery: HTTPDelivery

  init(_ channel: Record) {
    delivery = HTTPDelivery(
      name: "the Slack webhook", url: channel[Self.webhookURL], timeout: channel[Self.timeout])
  }

  func send(_ notification: BackendKit.Notification, secrets: any SecretSource) async throws(StepFailure) {
    try await delivery.post(
      SlackMessage(notification).payload, contentType: "application/json; charset=utf-8", secrets: secrets)
  }

  func probe(secrets: any SecretSource) async -> ProbeFinding { await delivery.probe(secrets: secrets) }
}
