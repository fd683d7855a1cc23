import BackendKit
import Declarations
import HostSystem
import RunEvents
import Values

/// Hands messages to a program.
struct CommandChannel: Channel {
  private static let command = Key<ProgramCall>.required(
    "command", .program, "the program with its arguments; it reads the message from standard input")
  private static let timeout = Key<Duration>.optional(
    "timeout", .duration(), default: .seconds(10), shownAs: "10s", "how long the program may take")

  static let declaration = KindDeclaration(
    "Command", summary: "Hands each message to a program, on its standard input.",
    notes: """
      The program gets the message, and an empty line and the report if one is attached, on standard input, and the
      variables `DRPLAN_NOTIFICATION_ID`, `DRPLAN_RUN`, `DRPLAN_PLAN`, `DRPLAN_MODE`, `DRPLAN_STEP` and `DRPLAN_TIME`.
      The message is never an argument. Taken means exit status 0. The id is the same when a message is sent again. It
      runs in the plan's folder; a relative program with a slash counts from there.
      """,
    example: """
      channels:
        duty-phone: {type: Command, command: [/usr/local/bin/page-duty, --team, orders]}
      """,
    shape: Shape("a Command channel", [command.erased, timeout.erased]))

  private let command: ProgramCall
  private let timeout: Duration

  init(_ channel: Record) {
    command = channel[Self.command]
    timeout = channel[Self.timeout]
  }

  func send(_ notification: BackendKit.Notification, secrets: any SecretSource) async throws(StepFailure) {
    let variables = [
      "DRPLAN_NOTIFICATION_ID": notification.id, "DRPLAN_RUN": notification.run.text,
      "DRPLAN_PLAN": notification.plan.text, "DRPLAN_MODE": notification.mode.rawValue,
      "DRPLAN_STEP": notification.step.text, "DRPLAN_TIME": notification.time.description,
    ]
    let report = notification.report.map { "\n\($0)" } ?? ""
    let result = try await ServiceProgram.run(
      Command(
        command.arguments, environment: ProcessEnvironment.adding(variables),
        workingDirectory: command.folder,
        input: .bytes(Array("\(notification.text)\n\(report)".utf8))),
      timeout: timeout)
    guard !result.status.isSuccess else { return }
    throw StepFailure(
      .notDelivered, "`\(command.arguments[0])` did not take the message: \(result.status)",
      lastLines: ServiceProgram.lastLines(result))
  }

  func probe(secrets: any SecretSource) async -> ProbeFinding {
    let program = command.arguments[0]
    let isThere = await runBlocking { ServiceProgram.isThere(program) }
    return isThere
      ? ProbeFinding("`\(program)`", .wouldRun, "is there; only running it shows whether it delivers")
      : ProbeFinding("`\(program)`", .blocked, "is not an executable file, or not in PATH")
  }
}
