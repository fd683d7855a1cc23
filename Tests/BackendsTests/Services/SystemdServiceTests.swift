import BackendKit
import DrplanTestKit
import HostSystem
import Testing
import Values

@testable import Backends

/// No systemd runs where the tests run: a `systemctl` of our own stands in, which answers in the form of systemd 252, written by hand.
@Suite struct SystemdServiceTests {
  private let folder: ScratchFolder
  private let context: ServiceContext

  init() throws {
    folder = try ScratchFolder()
    context = try OpsService.context(folder: folder.path)
  }

  /// A stand-in whose unit is in `state`: `active`, `inactive`, `failed`, `missing`, `masked`; `start` fails when there
  /// is a file `broken`.
  private func service(_ state: String, _ keys: JSONValue = ["unit": "orders-api.service"]) async throws
    -> SystemdService
  {
    try folder.write("state", state)
    _ = try await folder.script(
      "systemctl",
      #"here=$(dirname "$0"); echo "$*" >> "$here/calls""#,
      "unit() { printf 'LoadState=%s\\nActiveState=%s\\nSubState=%s\\nMainPID=%s\\nResult=%s\\n' \"$@\"; }",
      #"case "$*" in"#,
      #"*" show "*|"show "*) case $(cat "$here/state") in"#,
      "  active) unit loaded active running 4711 success;;",
      "  inactive) unit loaded inactive dead 0 success;;",
      "  failed) unit loaded failed failed 0 exit-code;;",
      "  missing) unit not-found inactive dead 0 success;;",
      "  masked) unit masked inactive dead 0 success;;",
      "  esac;;",
      #"*"start -- "*) if [ -e "$here/broken" ]; then echo failed > "$here/state""#,
      "  echo 'Job for orders-api.service failed because the control process exited with error code.' >&2; exit 1; fi",
      #"  echo active > "$here/state";;"#,
      #"*"stop -- "*) echo inactive > "$here/state";;"#,
      #"*"reset-failed -- "*) echo inactive > "$here/state";;"#,
      "esac")
    _ = try await folder.script(
      "journalctl", #"echo "$*" > "$(dirname "$0")/journal-calls""#, "echo contract marker",
      "echo Address already in use")
    return SystemdService(try OpsKeys.record(SystemdService.declaration, keys), environment: environment)
  }

  private var environment: [String] {
    ProcessEnvironment.adding(["PATH": "\(folder.path):/usr/bin:/bin"])
  }

  @Test func holdsTheContractOfServices() async throws {
    try await ServiceContract(try await service("inactive"), context).holds()
  }

  @Test func asksForNoPasswordAndSeparatesTheUnit() async throws {
    let service = try await service("inactive")
    #expect(try await service.start(context) == "pid 4711")
    #expect(
      folder.lines("calls") == [
        "--no-ask-password show --no-pager --property=LoadState,ActiveState,SubState,MainPID,Result -- orders-api.service",
        "--no-ask-password start -- orders-api.service",
        "--no-ask-password show --no-pager --property=LoadState,ActiveState,SubState,MainPID,Result -- orders-api.service",
      ])
  }

  @Test func aUserUnitIsAskedOfTheUsersManager() async throws {
    let service = try await service("active", ["unit": "orders-api.service", "scope": "User"])
    try await service.stop(context)
    #expect(folder.lines("calls").allSatisfy { $0.hasPrefix("--user --no-ask-password ") })
    _ = await service.lastLines(context)
    #expect(folder.text("journal-calls").hasPrefix("--user-unit=orders-api.service "))
  }

  @Test func aFailedUnitIsResetBeforeItsStart() async throws {
    let service = try await service("failed")
    #expect(
      try await service.state(context) == .failed("systemd has it as failed (failed, result exit-code)"))
    _ = try await service.start(context)
    #expect(folder.lines("calls").contains("--no-ask-password reset-failed -- orders-api.service"))
  }

  @Test func aStartThatFailsCarriesTheJournal() async throws {
    let service = try await service("inactive")
    try folder.write("broken", "")
    let failure = await #expect(throws: StepFailure.self) { try await service.start(context) }
    #expect(
      failure?.message
        == "service `orders-api` could not be started: systemd has `orders-api.service` as failed (failed, "
        + "result exit-code)")
    #expect(failure?.lastLines.last == "Address already in use")
  }

  @Test(arguments: ["missing", "masked"]) func aUnitThatCannotRunIsNotTriedAgain(state: String) async throws {
    let service = try await service(state)
    let failure = await #expect(throws: StepFailure.self) { try await service.start(context) }
    #expect(failure?.isRetryable == false)
    #expect(failure?.remedy != nil)
  }

  @Test func saysWhenThereIsNoSystemctl() async throws {
    let service = SystemdService(
      try OpsKeys.record(SystemdService.declaration, ["unit": "orders-api.service"]),
      environment: ["PATH=\(folder.path)"])
    let failure = await #expect(throws: StepFailure.self) { try await service.state(context) }
    #expect(failure?.code == .managerUnavailable)
    #expect(failure?.message == "systemd is not to be had here: `systemctl` was not found")
  }

  @Test func saysWhenTheMachineDoesNotRunSystemd() async throws {
    _ = try await folder.script(
      "systemctl",
      "echo \"System has not been booted with systemd as init system (PID 1). Can't operate.\" >&2",
      "echo 'Failed to connect to bus: Host is down' >&2", "exit 1")
    let service = SystemdService(
      try OpsKeys.record(SystemdService.declaration, ["unit": "orders-api.service"]), environment: environment
    )
    let failure = await #expect(throws: StepFailure.self) { try await service.stop(context) }
    #expect(failure?.code == .managerUnavailable)
    #expect(failure?.isRetryable == false)
  }
}
