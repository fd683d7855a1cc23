import BackendKit
import Declarations
import HostSystem
import Values

/// Runs a program and judges how it ends.
struct CommandCheck: IntegrityCheck {
  static let commandKey = Key<[Template]>.required(
    "command", .arguments, "the program and its arguments; never a shell line")
  static let directoryKey = Key<String?>.optional(
    "workingDirectory", .path, "where it runs (default: the plan's folder)")
  static let exitCodeKey = Key<Int>.optional(
    "exitCode", .integer(0...255), default: 0, shownAs: "0", "the exit status that it must have")
  static let stdoutKey = Key<TextPattern?>.optional(
    "stdout", .pattern, "a regular expression that must be found in the end of its standard output")
  static let timeoutKey = Key<Duration?>.optional(
    "timeout", .duration(), "how long it may take (default: as long as the step has)")

  /// The keys of the check and what it proves.
  static let declaration = KindDeclaration(
    "Command",
    summary: "Runs a program and judges how it ends.",
    notes: """
      The program must change nothing: drplan cannot see to it. It runs in a session of its own, which is ended with \
      all it started when the time is over. `stdout` looks at the last 64 KiB. A program that cannot be started, or \
      takes too long, is a check that could not run.
      """,
    example: """
      - {type: Command, command: [./bin/verify-orders, --since, "${run.disruptedAt}"], exitCode: 0}
      """,
    shape: Shape(
      "the check Command",
      [commandKey.erased, directoryKey.erased, exitCodeKey.erased, stdoutKey.erased, timeoutKey.erased],
      synonyms: ["run": "command", "cwd": "workingDirectory", "status": "exitCode", "output": "stdout"]))

  private let command: [Template]
  private let directory: String?
  private let exitCode: Int
  private let stdout: TextPattern?
  private let timeout: Duration?

  /// The check described by those keys.
  init(_ check: Record) {
    command = check[Self.commandKey]
    directory = check[Self.directoryKey]
    exitCode = check[Self.exitCodeKey]
    stdout = check[Self.stdoutKey]
    timeout = check[Self.timeoutKey]
  }

  /// None: it reads no database.
  var database: DatabaseID? { nil }

  /// Nothing: it fits every engine.
  func misfit(with engine: any DatabaseEngine) -> String? { nil }

  /// Looks once.
  func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome {
    var arguments: [String] = []
    for template in command { arguments.append(try context.text(template)) }
    let program = Command(arguments, workingDirectory: directory ?? context.environment.planDirectory)
    let result: ProcessResult
    do throws(ProcessError) {
      result = try await ChildProcess.run(program, timeout: timeout)
    } catch {
      throw Self.failure(error)
    }
    return await judge(result)
  }

  private func judge(_ result: ProcessResult) async -> CheckOutcome {
    var expected = "exit status \(exitCode)"
    if let stdout { expected += " and output with a match of `\(stdout.source)`" }
    guard result.status == .exited(Int32(exitCode)) else {
      let lines = result.error.lastLines(3) + result.output.lastLines(3)
      let said = lines.isEmpty ? "" : ": \(lines.joined(separator: " | "))"
      return CheckOutcome(passed: false, expected: expected, actual: "\(result.status)\(said)")
    }
    guard let stdout else {
      return CheckOutcome(passed: true, expected: expected, actual: "\(result.status)")
    }
    let isFound = await runBlocking { stdout.isFound(in: result.output.text) }
    let said = isFound ? "" : " and the output `\(result.output.lastLines(3).joined(separator: " | "))`"
    return CheckOutcome(passed: isFound, expected: expected, actual: "\(result.status)\(said)")
  }

  private static func failure(_ error: ProcessError) -> StepFailure {
    let lines = error.partialResult.map { $0.error.lastLines(5) + $0.output.lastLines(5) } ?? []
    switch error.code {
    case .cancelled: return StepFailure(.cancelled, error.message, lastLines: lines)
    case .timedOut: return StepFailure(.timeout, error.message, lastLines: lines)
    default: return StepFailure(.system, error.message, lastLines: lines, isRetryable: false)
    }
  }
}
