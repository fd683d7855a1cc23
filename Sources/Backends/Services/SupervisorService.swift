import BackendKit
import Declarations
import HostSystem
import Values

/// A program of supervisord.
struct SupervisorService: ServiceManager {
  private static let program = Key<String>.required(
    "program", .text, "the program as supervisord names it; `group:name` and `group:*` for groups")
  private static let config = Key<String?>.optional(
    "config", .path,
    "the configuration that tells where supervisord listens (default: where supervisorctl looks)")

  static let declaration = KindDeclaration(
    "Supervisor", summary: "A program of supervisord, started and stopped by `supervisorctl`.",
    notes: """
      Starting waits as long as the program's `startsecs`. supervisord itself must run: drplan does not start it. Last
      lines are the end of the program's logs as supervisord keeps them. Tested with supervisor 4.2.5 of Debian 12.
      """,
    example: """
      services:
        orders-worker: {manager: Supervisor, program: orders-worker, config: /etc/supervisor/supervisord.conf}
      """,
    shape: Shape(
      "a Supervisor service", [program.erased, config.erased],
      synonyms: ["name": "program", "configuration": "config"]))

  private let program: String
  private let config: String?

  init(_ service: Record) {
    program = service[Self.program]
    config = service[Self.config]
  }

  var target: TargetName { TargetName("service:supervisor\(config ?? "")/\(program)") }

  func state(_ context: ServiceContext) async throws(StepFailure) -> ServiceState {
    Self.state(of: try await status(context))
  }

  func start(_ context: ServiceContext) async throws(StepFailure) -> String {
    if case .running(let detail) = try await state(context) { return detail }
    let result = try await supervisorctl(["start", program])
    guard result.status.isSuccess, case .running(let detail) = try await state(context) else {
      throw await failure("started", result, context)
    }
    return detail
  }

  func stop(_ context: ServiceContext) async throws(StepFailure) {
    let idle: Set<Substring> = ["STOPPED", "EXITED", "FATAL"]
    if try await status(context).allSatisfy({ idle.contains($0.state) }) { return }
    let result = try await supervisorctl(["stop", program])
    guard result.status.isSuccess, try await status(context).allSatisfy({ idle.contains($0.state) }) else {
      throw await failure("stopped", result, context)
    }
  }

  func lastLines(_ context: ServiceContext) async -> [String] {
    // A group has no log of its own.
    guard !program.hasSuffix(":*") else { return [] }
    var lines: [String] = []
    for stream in ["stdout", "stderr"] {
      // A log that cannot be read takes lines from a message, no more.
      guard let result = try? await supervisorctl(["tail", "-4000", program, stream], timeout: .seconds(5)),
        result.status.isSuccess
      else { continue }
      lines += result.output.lastLines(ServiceProgram.keptLines)
    }
    return lines.suffix(ServiceProgram.keptLines)
  }

  /// One line of `supervisorctl status`: `orders-worker   RUNNING   pid 4711, uptime 0:00:05`.
  struct Line: Equatable {
    var state: Substring
    var detail: Substring

    init?(_ text: Substring) {
      let words = text.split(separator: " ", maxSplits: 2)
      guard words.count >= 2, Self.states.contains(words[1]) else { return nil }
      state = words[1]
      detail = words.count > 2 ? words[2].drop { $0 == " " } : ""
    }

    private static let states: Set<Substring> = [
      "STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL", "UNKNOWN",
    ]
  }

  /// A group runs when all of it runs, and has failed when any of it has.
  static func state(of lines: [Line]) -> ServiceState {
    if let failed = lines.first(where: { ["FATAL", "EXITED", "UNKNOWN"].contains($0.state) }) {
      return .failed("supervisord has it as \(failed.state): \(failed.detail)")
    }
    guard !lines.isEmpty, lines.allSatisfy({ $0.state == "RUNNING" }) else { return .stopped }
    return .running(lines.map { $0.detail.prefix { $0 != "," } }.joined(separator: ", "))
  }

  private func status(_ context: ServiceContext) async throws(StepFailure) -> [Line] {
    let result = try await supervisorctl(["status", program])
    let lines = result.output.text.split(whereSeparator: \.isNewline).compactMap(Line.init)
    // 0: all run; 3: some do not. Neither says anything without a line that does.
    guard result.status == .exited(0) || result.status == .exited(3), !lines.isEmpty else {
      let complaint = ServiceProgram.lastLines(result)
      let isUnknown = complaint.contains { $0.contains("no such") && $0.contains("ERROR") }
      throw StepFailure(
        isUnknown ? .serviceFailed : .managerUnavailable,
        isUnknown
          ? "supervisord knows no program `\(program)`"
          : "supervisord does not answer for service `\(context.service)`: `supervisorctl status`: \(result.status)",
        remedy: isUnknown
          ? "add the program to its configuration and run `supervisorctl update`"
          : "start supervisord, or name its configuration under `config`",
        lastLines: complaint, isRetryable: !isUnknown)
    }
    return lines
  }

  private func supervisorctl(
    _ arguments: [String], timeout: Duration? = nil
  ) async throws(StepFailure) -> ProcessResult {
    let options = config.map { ["-c", $0] } ?? []
    return try await ServiceProgram.run(Command(["supervisorctl"] + options + arguments), timeout: timeout)
  }

  private func failure(_ verb: String, _ result: ProcessResult, _ context: ServiceContext) async
    -> StepFailure
  {
    let said = ServiceProgram.lastLines(result)
    return StepFailure(
      .serviceFailed, "supervisord could not have service `\(context.service)` \(verb)",
      remedy: "see `supervisorctl status \(program)`",
      lastLines: (said + (await lastLines(context))).suffix(ServiceProgram.keptLines))
  }
}
