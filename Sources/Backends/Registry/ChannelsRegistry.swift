import BackendKit
import Declarations

extension Channel {
  fileprivate static var entry: KindFamily<any Channel>.Entry { .init(declaration) { Self($0) } }
}

/// What can tell people, in the order of the reference.
let channelFamily = KindFamily<any Channel>(
  noun: "channel", key: "type",
  entries: [
    TerminalChannel.entry, FileChannel.entry, WebhookChannel.entry, SlackChannel.entry, CommandChannel.entry,
  ],
  later: [
    LaterKey("PagerDuty", "an event of PagerDuty, never sent by a drill unless the plan says so"),
    LaterKey("Email", "a mail by SMTP"),
  ])
