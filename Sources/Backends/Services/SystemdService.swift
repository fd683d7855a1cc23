import BackendKit
import Declarations
import HostSystem
import Values

/// A unit of systemd.
struct SystemdService: ServiceManager {
  /// Which systemd.
  enum Scope: String, CaseIterable, Sendable {
    case system = "System"
    case user = "User"
  }

  private static let unit = Key<String>.required(
    "unit", .text, "the unit with its suffix, `orders-api.service`")
  private static let scope = Key<Scope>.optional(
    "scope", .choice("a scope"), default: .system, shownAs: "System",
    "whose unit it is: the machine's, or that of the user who runs drplan")

  static let declaration = KindDeclaration(
    "Systemd", summary: "A unit of systemd, started and stopped by `systemctl`.",
    notes: """
      Runs `systemctl` without asking for passwords, so drplan needs the right to manage the unit. Starting waits as
      long as systemd does: for `Type=notify` until the service says that it is ready. A unit that failed before is
      reset first, so that a start limit reached during the disaster does not stop the recovery. A socket or path unit
      that triggers the service may start it again: stop that one as a service too. Last lines come from the journal
      of the unit. Tested with a stand-in for `systemctl` that answers in the form that systemd 252 prints, since no systemd
      runs where drplan is built.
      """,
    example: """
      services:
        orders-api: {manager: Systemd, unit: orders-api.service}
      """,
    shape: Shape("a Systemd service", [unit.erased, scope.erased], synonyms: ["name": "unit"]))

  private let unit: String
  private let scope: Scope
  private let environment: [String]

  init(_ service: Record) { self.init(service, environment: ProcessEnvironment.current) }

  /// With variables of its own, `PATH` among them, for the programs it runs.
  init(_ service: Record, environment: [String]) {
    unit = service[Self.unit]
    scope = service[Self.scope]
    self.environment = environment
  }

  var target: TargetName { TargetName("service:systemd/\(scope == .user ? "user/" : "")\(unit)") }

  func state(_ context: ServiceContext) async throws(StepFailure) -> ServiceState { try await facts().state }

  func start(_ context: ServiceContext) async throws(StepFailure) -> String {
    let before = try await facts()
    if case .running(let detail) = before.state { return detail }
    // Without rights to reset, the start below says so.
    if before.active == "failed" { _ = try await systemctl(["reset-failed", "--", unit]) }
    let result = try await systemctl(["start", "--", unit])
    let after = try await facts()
    guard result.status.isSuccess, case .running(let detail) = after.state else {
      throw await failure("started", result, after, context)
    }
    return detail
  }

  func stop(_ context: ServiceContext) async throws(StepFailure) {
    if try await facts().active == "inactive" { return }
    let result = try await systemctl(["stop", "--", unit])
    let after = try await facts()
    // `failed` is stopped too: it ended otherwise than it should.
    guard result.status.isSuccess, after.active == "inactive" || after.active == "failed" else {
      throw await failure("stopped", result, after, context)
    }
  }

  func lastLines(_ context: ServiceContext) async -> [String] {
    let selection = scope == .user ? "--user-unit=\(unit)" : "--unit=\(unit)"
    let count = "--lines=\(ServiceProgram.keptLines)"
    let command = Command(
      ["journalctl", selection, count, "--no-pager", "--quiet", "--output=cat"], environment: environment)
    // A journal that cannot be read takes lines from a message, no more.
    guard let result = try? await ServiceProgram.run(command, timeout: .seconds(5)), result.status.isSuccess
    else { return [] }
    return result.output.lastLines(ServiceProgram.keptLines)
  }

  private func facts() async throws(StepFailure) -> SystemdUnitFacts {
    let properties = SystemdUnitFacts.properties.joined(separator: ",")
    let result = try await systemctl(["show", "--no-pager", "--property=\(properties)", "--", unit])
    guard result.status.isSuccess else {
      throw StepFailure(
        .serviceFailed, "systemd does not tell about `\(unit)`: `systemctl show`: \(result.status)",
        lastLines: ServiceProgram.lastLines(result))
    }
    let facts = SystemdUnitFacts(result.output.text)
    guard facts.load != "not-found" else {
      throw StepFailure(
        .serviceFailed, "systemd knows no unit `\(unit)`",
        remedy: "install the unit and run `systemctl daemon-reload`", isRetryable: false)
    }
    guard facts.load != "masked" else {
      throw StepFailure(
        .serviceFailed, "the unit `\(unit)` is masked", remedy: "run `systemctl unmask \(unit)`",
        isRetryable: false)
    }
    return facts
  }

  private func systemctl(_ arguments: [String]) async throws(StepFailure) -> ProcessResult {
    let options = (scope == .user ? ["--user"] : []) + ["--no-ask-password"]
    let result: ProcessResult
    do throws(ProcessError) {
      result = try await ChildProcess.run(
        Command(["systemctl"] + options + arguments, environment: environment))
    } catch {
      guard error.code == .notFound else { throw StepFailure(ofProgram: error) }
      throw Self.noSystemd("`systemctl` was not found")
    }
    let complaint = result.error.lastLines(3).first { line in
      line.contains("not been booted with systemd") || line.contains("Failed to connect to")
    }
    if !result.status.isSuccess, let complaint { throw Self.noSystemd(complaint) }
    return result
  }

  private func failure(
    _ verb: String, _ result: ProcessResult, _ facts: SystemdUnitFacts, _ context: ServiceContext
  ) async -> StepFailure {
    StepFailure(
      .serviceFailed,
      "service `\(context.service)` could not be \(verb): systemd has `\(unit)` as \(facts.description)",
      remedy: "see `systemctl \(scope == .user ? "--user " : "")status \(unit)`",
      lastLines: (ServiceProgram.lastLines(result) + (await lastLines(context)))
        .suffix(ServiceProgram.keptLines))
  }

  private static func noSystemd(_ fact: String) -> StepFailure {
    StepFailure(
      .managerUnavailable, "systemd is not to be had here: \(fact)",
      remedy: "run drplan where the service runs, or use another `manager`", isRetryable: false)
  }
}
