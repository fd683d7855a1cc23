import BackendKit
import Declarations
import HostSystem
import Values

/// Runs the programs that services, channels and secrets are made of.
enum ServiceProgram {
  /// How many lines of output go into a failure.
  static let keptLines = 20

  /// Runs a command to its end; any exit status is a result.
  static func run(_ command: Command, timeout: Duration? = nil) async throws(StepFailure) -> ProcessResult {
    do throws(ProcessError) {
      return try await ChildProcess.run(command, timeout: timeout)
    } catch {
      throw StepFailure(ofProgram: error)
    }
  }

  /// Fills in an argument vector; a program with a slash counts from the plan's folder.
  static func arguments(_ templates: [Template], _ context: ServiceContext) throws(StepFailure) -> [String] {
    var arguments: [String] = []
    for template in templates { arguments.append(try context.text(template)) }
    return located(arguments, from: context.planDirectory)
  }

  /// The argument vector with a relative program made absolute; a bare name stays for the search in PATH.
  static func located(_ arguments: [String], from folder: String) -> [String] {
    guard let program = arguments.first, program.contains("/") else { return arguments }
    return [PathText.absolute(program, from: folder)] + arguments.dropFirst()
  }

  /// Our own variables with those of a service set.
  static func environment(
    _ variables: [NamedValue<Template>], _ context: ServiceContext
  ) throws(StepFailure) -> [String] {
    var values: [String: String] = [:]
    for variable in variables { values[variable.name] = try context.text(variable.value) }
    return ProcessEnvironment.adding(values)
  }

  /// The last lines of both streams.
  static func lastLines(_ result: ProcessResult) -> [String] {
    (result.output.lastLines(keptLines) + result.error.lastLines(keptLines)).suffix(keptLines)
  }

  /// Whether a program could be started: a path that can be executed, or a name found in PATH.
  ///
  /// Blocks.
  static func isThere(_ program: String, environment: [String] = ProcessEnvironment.current) -> Bool {
    // Why it could not be started is told when it is tried.
    (try? ExecutableLookup(environment: environment).path(of: program)) != nil
  }
}

extension StepFailure.Code {
  /// A program is not there or cannot be run.
  static let programUnavailable = Self(rawValue: "ProgramUnavailable")
  /// A program ended with a status that says it failed.
  static let commandFailed = Self(rawValue: "CommandFailed")
  /// A service did not do what was asked of it.
  static let serviceFailed = Self(rawValue: "ServiceFailed")
  /// A process that is not surely the service's: it is left alone.
  static let foreignProcess = Self(rawValue: "ForeignProcess")
  /// What should manage a service is not on this machine.
  static let managerUnavailable = Self(rawValue: "ManagerUnavailable")
}

extension StepFailure {
  /// A program that could not be started or was ended.
  init(ofProgram error: ProcessError) {
    let lines = error.partialResult.map(ServiceProgram.lastLines) ?? []
    switch error.code {
    case .notFound, .notExecutable, .workingDirectory, .invalidCommand:
      self.init(.programUnavailable, error.message, isRetryable: false)
    case .timedOut: self.init(.timeout, error.message, lastLines: lines)
    case .cancelled: self.init(.cancelled, error.message, lastLines: lines, isRetryable: false)
    default: self.init(.system, error.message, lastLines: lines)
    }
  }
}
