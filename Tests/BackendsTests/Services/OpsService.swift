import BackendKit
import Declarations
import Testing
import Values

@testable import Backends

/// Makes what tests of services need.
enum OpsService {
  static func context(_ name: String = "orders-api", folder: String) throws -> ServiceContext {
    ServiceContext(service: try #require(ServiceID(name)), planDirectory: folder) {
      template throws(StepFailure) in
      guard let text = template.literal else {
        throw StepFailure(.unresolvedReference, "no value", isRetryable: false)
      }
      return text
    }
  }

  /// The keys of a `Process` service whose files are in the folder.
  static func process(_ folder: ScratchFolder, _ command: [String], _ more: [JSONValue.Member] = [])
    -> JSONValue
  {
    .object(
      [
        .init("command", .array(command.map { .string($0) })), .init("pidFile", .string(folder.file("pid"))),
        .init("log", .string(folder.file("log"))),
      ] + more)
  }

  static func processService(
    _ folder: ScratchFolder, _ command: [String], _ more: [JSONValue.Member] = []
  ) throws -> ProcessService {
    ProcessService(
      try OpsKeys.record(ProcessService.declaration, process(folder, command, more), folder: folder.path))
  }
}
