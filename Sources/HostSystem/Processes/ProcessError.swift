/// Why a program could not be started, or did not end by itself.
public struct ProcessError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is; more may be added.
  public struct Code: Hashable, Sendable {
    private let name: String
    private init(_ name: String) { self.name = name }

    /// No such program.
    public static let notFound = Code("notFound")
    /// There is such a file, but it cannot be run.
    public static let notExecutable = Code("notExecutable")
    /// The working directory cannot be entered.
    public static let workingDirectory = Code("workingDirectory")
    /// An argument or variable that the kernel cannot pass on.
    public static let invalidCommand = Code("invalidCommand")
    /// A file for input or output could not be opened.
    public static let redirection = Code("redirection")
    /// The system refused a process or a descriptor.
    public static let system = Code("system")
    /// It ran longer than it may and was ended.
    public static let timedOut = Code("timedOut")
    /// The task was cancelled and the program ended, or not started.
    public static let cancelled = Code("cancelled")
    /// It did not end even after SIGKILL: it hangs in the kernel.
    public static let unkillable = Code("unkillable")
  }

  /// What kind of failure it is.
  public let code: Code
  /// For people, beginning with the fact; never holds an environment variable or the input.
  public let message: String
  /// What the program had written when it was ended, for `timedOut` and `cancelled`.
  public let partialResult: ProcessResult?

  init(_ code: Code, _ message: String, partialResult: ProcessResult? = nil) {
    self.code = code
    self.message = message
    self.partialResult = partialResult
  }

  /// The message.
  public var description: String { message }
}

extension ProcessError {
  static func notFound(_ program: String, path: String) -> ProcessError {
    ProcessError(.notFound, "`\(program)` was not found in PATH (`\(path)`)")
  }

  static func noSuchFile(_ program: String) -> ProcessError {
    ProcessError(.notFound, "`\(program)` does not exist")
  }

  static func notExecutable(_ path: String) -> ProcessError {
    ProcessError(.notExecutable, "`\(path)` is not an executable file")
  }

  static func workingDirectory(_ path: String, _ code: Int32) -> ProcessError {
    ProcessError(
      .workingDirectory, "the working directory `\(path)` cannot be entered: \(kernelErrorText(code))")
  }

  static func cannotOpen(_ path: String, _ code: Int32) -> ProcessError {
    ProcessError(.redirection, "`\(path)` could not be opened: \(kernelErrorText(code))")
  }

  static func cannotStart(_ program: String, _ code: Int32) -> ProcessError {
    ProcessError(.system, "`\(program)` could not be started: \(kernelErrorText(code))")
  }

  static func timedOut(_ program: String, after limit: String, _ result: ProcessResult) -> ProcessError {
    ProcessError(
      .timedOut, "`\(program)` did not finish within \(limit) and was ended (\(result.status))",
      partialResult: result)
  }

  static func cancelled(_ program: String, _ result: ProcessResult?) -> ProcessError {
    let fact = result.map { "ended (\($0.status))" } ?? "not started"
    return ProcessError(.cancelled, "`\(program)` was cancelled: \(fact)", partialResult: result)
  }

  static func unkillable(_ program: String, _ pid: Int32) -> ProcessError {
    ProcessError(
      .unkillable, "`\(program)` (process \(pid)) hangs in the kernel and did not end after SIGKILL")
  }
}
