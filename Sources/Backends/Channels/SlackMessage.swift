import BackendKit
import RunEvents
import Values

/// A message in the form of Slack's Block Kit, cut to what Slack takes.
struct SlackMessage {
  /// What Slack takes at most, in UTF-16 units, which are never fewer than what it counts.
  enum Limit {
    static let text = 4000
    static let header = 150
    static let section = 3000
    static let blocks = 50
  }

  let notification: BackendKit.Notification

  init(_ notification: BackendKit.Notification) { self.notification = notification }

  /// The body of the request.
  var payload: JSONValue {
    let shown = Self.escaped(notification.text)
    let title =
      notification.mode == .drill ? "[DRILL] \(notification.plan)" : "\(notification.plan): recovery"
    let place = "run \(notification.run), step \(notification.step), \(notification.time)"
    var blocks: [JSONValue] = [
      ["type": "header", "text": ["type": "plain_text", "text": .string(Self.cut(title, Limit.header))]],
      ["type": "section", "text": ["type": "mrkdwn", "text": .string(Self.cut(shown, Limit.section))]],
      [
        "type": "context", "elements": [["type": "mrkdwn", "text": .string(Self.cut(place, Limit.section))]],
      ],
    ]
    blocks += Self.reportBlocks(notification.report ?? "", room: Limit.blocks - blocks.count)
    return ["text": .string(Self.cut(shown, Limit.text)), "blocks": .array(blocks)]
  }

  /// Text that means nothing but itself to Slack.
  static func escaped(_ text: String) -> String {
    var output = ""
    for character in text {
      switch character {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      default: output.append(character)
      }
    }
    return output
  }

  /// At most `limit` units, ending with `…` where something was cut; never within a character or an escape.
  static func cut(_ text: String, _ limit: Int) -> String {
    guard text.utf16.count > limit else { return text }
    var output = ""
    var count = 1
    for character in text {
      count += character.utf16.count
      if count > limit { break }
      output.append(character)
    }
    if let escape = output.lastIndex(of: "&"), !output[escape...].contains(";") {
      output.removeSubrange(escape...)
    }
    return output + "…"
  }

  /// The report in blocks of whole lines; the last says so when there was no room for all.
  private static func reportBlocks(_ report: String, room: Int) -> [JSONValue] {
    var pages: [String] = []
    var page = ""
    // Three ticks and a line break on either side.
    let space = Limit.section - 8
    for line in escaped(report).split(separator: "\n", omittingEmptySubsequences: false) {
      let line = cut(line.replacingTicks, space - 1)
      if page.utf16.count + line.utf16.count + 1 > space {
        pages.append(page)
        page = ""
      }
      page += line + "\n"
    }
    if page.contains(where: { !$0.isWhitespace }) { pages.append(page) }
    if pages.count > room {
      pages = pages.prefix(room - 1) + ["…the report goes on: see `drplan runs report`\n".replacingTicks]
    }
    return pages.map { page in
      ["type": "section", "text": ["type": "mrkdwn", "text": .string("```\n\(page)```")]]
    }
  }
}

extension StringProtocol {
  /// A backtick would end the block of fixed width.
  fileprivate var replacingTicks: String { String(map { $0 == "`" ? "'" : $0 }) }
}
