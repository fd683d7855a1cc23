import BackendKit
import Declarations
import HostSystem
import Values

/// Posts messages to an address.
struct WebhookChannel: Channel {
  private static let url = Key<SecretReference>.required(
    "url", .secret, "the address, a secret because who knows it can write there")
  private static let timeout = Key<Duration>.optional(
    "timeout", .duration(), default: .seconds(10), shownAs: "10s", "how long one delivery may take")
  private static let headers = Key<[NamedValue<SecretReference>]>.optional(
    "headers", ValueType<SecretReference>.secret.named(), default: [], shownAs: "none",
    "headers to send, each with a secret as its value")

  static let declaration = KindDeclaration(
    "Webhook", summary: "Posts each message as JSON to an address.",
    notes: """
      The body is an event of the CloudEvents form (`application/cloudevents+json`) with type
      `dev.drplan.notification.v1`; `data` holds run, plan, mode, step and message, and the report if attached. The
      header `Idempotency-Key` and the event's `id` are the same each time that a message is sent again, so that the
      receiver can drop doubles. Taken means an answer of 2xx; redirects are not followed; 4xx other than 408 and 429
      is not tried again. The address never appears in a message or record.
      """,
    example: """
      secrets:
        hookURL: {env: ORDERS_HOOK_URL}
        hookToken: {env: ORDERS_HOOK_TOKEN}
      channels:
        status-page: {type: Webhook, url: "${secrets.hookURL}", headers: {Authorization: "${secrets.hookToken}"}}
      """,
    shape: Shape(
      "a Webhook channel", [url.erased, timeout.erased, headers.erased], synonyms: ["webhookUrl": "url"]))

  private let delivery: HTTPDelivery
  private let headers: [NamedValue<SecretReference>]

  init(_ channel: Record) {
    delivery = HTTPDelivery(name: "the webhook", url: channel[Self.url], timeout: channel[Self.timeout])
    headers = channel[Self.headers]
  }

  func send(_ notification: BackendKit.Notification, secrets: any SecretSource) async throws(StepFailure) {
    var sent = [HTTPHeader("Idempotency-Key", notification.id)]
    for header in headers {
      sent.append(HTTPHeader(header.name, try await secrets.value(of: header.value)))
    }
    try await delivery.post(
      notification.event, contentType: "application/cloudevents+json; charset=utf-8", headers: sent,
      secrets: secrets)
  }

  func probe(secrets: any SecretSource) async -> ProbeFinding {
    for header in headers {
      do throws(StepFailure) {
        _ = try await secrets.value(of: header.value)
      } catch {
        return ProbeFinding("the webhook", .blocked, error.message)
      }
    }
    return await delivery.probe(secrets: secrets)
  }
}
