import BackendKit
import Declarations
import HostSystem
import RunEvents
import Values

/// Tells whoever watches the run.
struct TerminalChannel: Channel {
  static let declaration = KindDeclaration(
    "Terminal", summary: "Prints the message on standard error of drplan.",
    notes: """
      One line, written in one piece, with the plan in front; line breaks of the message become ` | `, characters that
      could steer a terminal are shown as `?`. A report follows below the line.
      """,
    example: """
      channels:
        operators: {type: Terminal}
      """,
    shape: Shape("a Terminal channel", []))

  init(_ channel: Record) {}

  func send(_ notification: BackendKit.Notification, secrets: any SecretSource) async throws(StepFailure) {
    let text = Self.text(notification)
    guard await runBlocking({ TextSink.standardError.write(text) }) else {
      throw StepFailure(
        .notDelivered, "standard error of drplan is closed: nobody reads it",
        remedy: "tell a channel that lasts as well",
        isRetryable: false)
    }
  }

  func probe(secrets: any SecretSource) async -> ProbeFinding {
    ProbeFinding("Terminal", .checked, "prints on standard error")
  }

  /// What is printed for a message.
  static func text(_ notification: BackendKit.Notification) -> String {
    let lines = notification.message.split(whereSeparator: \.isNewline).joined(separator: " | ")
    // Before the plan's name already: nobody is to take fright at the beginning of the line.
    let mode = notification.mode == .drill ? "[DRILL] " : ""
    var text = "drplan: \(mode)\(notification.plan): \(printable(lines))\n"
    for line in (notification.report ?? "").split(whereSeparator: \.isNewline) {
      text += "  \(printable(String(line)))\n"
    }
    return text
  }

  private static func printable(_ text: String) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      if scalar == "\t" {
        output += " "
      } else if PrintableText.isUnsafe(scalar) {
        output += "?"
      } else {
        output.unicodeScalars.append(scalar)
      }
    }
    return output
  }
}
