import CommandLineKit
import Diagnostics
import HostSystem
import Values

/// Where a command speaks: results on standard output, the rest on standard error, colour where it is welcome.
struct Console: Sendable {
  /// Standard output.
  let output = TextSink.standardOutput
  /// Standard error.
  let error = TextSink.standardError
  /// Whether the result is wanted for machines: then standard output carries nothing but JSON.
  let isJSON: Bool
  /// Whether standard output takes colour.
  let colorsOutput: Bool
  /// Whether standard error takes colour.
  let colorsError: Bool
  /// Whether standard error is a terminal that can redraw lines.
  let canRedraw: Bool
  /// Columns for results.
  let width: Int

  init(_ invocation: Invocation) {
    isJSON = FormatOption.isJSON(invocation)
    let environment = ProcessEnvironment.current
    let isDumb = ProcessEnvironment.value(of: "TERM", in: environment) == "dumb"
    let forbidden = ProcessEnvironment.value(of: "NO_COLOR", in: environment)?.isEmpty == false || isDumb
    let choice = invocation.value(Self.color) ?? "auto"
    func colors(_ descriptor: Int32) -> Bool {
      switch choice {
      case "always": true
      case "never": false
      default: TerminalFacts.isTerminal(descriptor) && !forbidden
      }
    }
    colorsOutput = colors(1)
    colorsError = colors(2)
    canRedraw = TerminalFacts.isTerminal(2) && !isDumb
    width = min(max(TerminalFacts.size(1)?.columns ?? 100, 60), 160)
  }

  /// Whether colour is used: for every command that prints.
  static let color = Option(
    "color", value: .required("WHEN"), choices: ["auto", "always", "never"],
    "whether to use colour; auto: on a terminal, unless NO_COLOR is set")

  /// Prints a result.
  func print(_ text: String) { output.write(text.hasSuffix("\n") ? text : text + "\n") }

  /// Says something beside the result.
  func note(_ text: String) { error.write(text.hasSuffix("\n") ? text : text + "\n") }

  /// Says why a command could not do its work.
  func report(_ failure: CommandFailure) {
    // A plan's findings are printed already: a second value would make both unreadable.
    guard !failure.message.isEmpty else { return }
    if isJSON { print(failure.json) } else { error.write(failure.text) }
  }
}

/// The `--format` of commands that print results.
enum FormatOption {
  static func option(_ choices: [String]) -> Option {
    Option(
      "format", value: .required("FORMAT"), choices: choices, "how the result is printed; text if left out")
  }

  static let textOrJSON = option(["text", "json"])

  static func isJSON(_ invocation: Invocation) -> Bool { invocation.value(textOrJSON) == "json" }

  /// Whether a command line that may not even parse asks for JSON.
  static func wantsJSON(_ arguments: [String]) -> Bool {
    arguments.contains("--format=json")
      || zip(arguments, arguments.dropFirst()).contains { $0 == ("--format", "json") }
  }
}
