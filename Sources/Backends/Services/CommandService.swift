import BackendKit
import Declarations
import HostSystem
import Values

/// A service with programs of its own to start and stop it.
struct CommandService: ServiceManager {
  private static let start = Key<[Template]>.required(
    "start", .arguments, "the program that starts it and exits with 0 when it did")
  private static let stop = Key<[Template]>.required(
    "stop", .arguments, "the program that stops it and exits with 0 when it has stopped")
  private static let status = Key<[Template]?>.optional(
    "status", .arguments, "the program that exits with 0 while it runs, with 1, 2 or 3 when it does not")
  private static let workingDirectory = Key<String?>.optional(
    "workingDirectory", .path, "where the programs start (default: the plan's folder)")
  private static let environment = Key<[NamedValue<Template>]>.optional(
    "environment", .variables, default: [], shownAs: "none", "variables they get beside drplan's own")

  static let declaration = KindDeclaration(
    "Command", summary: "A service that is started and stopped by programs of your own.",
    notes: """
      Programs are argument lists, never shell lines. Each gets `DRPLAN_SERVICE`, the name of the service. What
      `start` leaves running is not stopped with it. Without `status` and without `ready` nothing can tell whether
      the service runs: its start then counts as done when `start` exits with 0, and the record says so. A relative
      program with a slash counts from the plan's folder.
      """,
    example: """
      services:
        orders-api:
          manager: Command
          start: [/usr/local/bin/orders-ctl, start]
          stop: [/usr/local/bin/orders-ctl, stop]
          status: [/usr/local/bin/orders-ctl, status]
      """,
    shape: Shape(
      "a Command service",
      [start.erased, stop.erased, status.erased, workingDirectory.erased, environment.erased],
      synonyms: ["cwd": "workingDirectory", "env": "environment"]))

  /// Only its own programs know which process it is.
  private static let identity = "as its own command says"

  private let start: [Template]
  private let stop: [Template]
  private let status: [Template]?
  private let workingDirectory: String?
  private let environment: [NamedValue<Template>]

  init(_ service: Record) {
    start = service[Self.start]
    stop = service[Self.stop]
    status = service[Self.status]
    workingDirectory = service[Self.workingDirectory]
    environment = service[Self.environment]
  }

  /// Two services with one start command are one service.
  var target: TargetName {
    let words = start.map { template in
      template.parts.map { part in
        switch part {
        case .literal(let text): text
        case .reference(let reference): reference.description
        }
      }.joined()
    }
    return TargetName("service:command/\(words.joined(separator: " "))")
  }

  /// Only its `status` command tells.
  var knowsState: Bool { status != nil }

  func state(_ context: ServiceContext) async throws(StepFailure) -> ServiceState {
    guard let status else { return .running("assumed, it has no `status` command") }
    let result = try await run(status, context)
    switch result.status {
    case .exited(0): return .running(Self.identity)
    case .exited(1), .exited(2), .exited(3): return .stopped
    default:
      let line = ServiceProgram.lastLines(result).last.map { ": \($0)" } ?? ""
      return .failed("its status command: \(result.status)\(line)")
    }
  }

  func start(_ context: ServiceContext) async throws(StepFailure) -> String {
    if status != nil, case .running(let identity) = try await state(context) { return identity }
    try check(try await run(start, context), "started", context)
    return Self.identity
  }

  func stop(_ context: ServiceContext) async throws(StepFailure) {
    if status != nil, try await state(context) == .stopped { return }
    try check(try await run(stop, context), "stopped", context)
  }

  func lastLines(_ context: ServiceContext) async -> [String] { [] }

  private func run(_ templates: [Template], _ context: ServiceContext) async throws(StepFailure)
    -> ProcessResult
  {
    let variables = try ServiceProgram.environment(environment, context)
    return try await ServiceProgram.run(
      Command(
        try ServiceProgram.arguments(templates, context),
        environment: ProcessEnvironment.adding(["DRPLAN_SERVICE": context.service.text], to: variables),
        workingDirectory: workingDirectory ?? context.planDirectory))
  }

  private func check(
    _ result: ProcessResult, _ verb: String, _ context: ServiceContext
  ) throws(StepFailure) {
    guard !result.status.isSuccess else { return }
    throw StepFailure(
      .serviceFailed, "service `\(context.service)` could not be \(verb): its command: \(result.status)",
      lastLines: ServiceProgram.lastLines(result))
  }
}
