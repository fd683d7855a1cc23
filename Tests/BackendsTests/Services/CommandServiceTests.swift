import BackendKit
import DrplanTestKit
import Testing
import Values

@testable import Backends

@Suite struct CommandServiceTests {
  private let folder: ScratchFolder
  private let context: ServiceContext

  init() throws {
    folder = try ScratchFolder()
    context = try OpsService.context(folder: folder.path)
  }

  private func service(_ keys: JSONValue) throws -> CommandService {
    CommandService(try OpsKeys.record(CommandService.declaration, keys))
  }

  @Test func holdsTheContractOfServices() async throws {
    let service = try service([
      "start": ["/bin/touch", "running"], "stop": ["/bin/rm", "running"],
      "status": ["/usr/bin/test", "-e", "running"],
    ])
    try await ServiceContract(service, context, keepsLines: false).holds()
    #expect(!folder.has("running"))
  }

  @Test func aCommandThatFailsNamesTheServiceAndShowsItsOutput() async throws {
    let service = try service([
      "start": ["/bin/sh", "-c", "echo no room >&2; exit 7"], "stop": ["/bin/true"],
    ])
    let failure = await #expect(throws: StepFailure.self) { try await service.start(context) }
    #expect(failure?.message == "service `orders-api` could not be started: its command: exit status 7")
    #expect(failure?.lastLines == ["no room"])
  }

  @Test func aServiceWithoutStatusIsOnlyAssumedToRun() async throws {
    let service = try service(["start": ["/bin/true"], "stop": ["/bin/true"]])
    #expect(try await service.state(context) == .running("assumed, it has no `status` command"))
  }

  @Test func aStatusThatIsNoAnswerIsAFailure() async throws {
    let service = try service([
      "start": ["/bin/true"], "stop": ["/bin/true"], "status": ["/bin/sh", "-c", "echo dead; exit 9"],
    ])
    #expect(try await service.state(context) == .failed("its status command: exit status 9: dead"))
  }

  @Test func programsKnowTheServicesName() async throws {
    let service = try service([
      "start": ["/bin/sh", "-c", "echo $DRPLAN_SERVICE > name"], "stop": ["/bin/true"],
    ])
    _ = try await service.start(context)
    #expect(folder.lines("name") == ["orders-api"])
  }
}
