import CSystemShims
import Glibc

/// Turns a command into a running process.
///
/// Blocks for as long as the file system takes; not for the cooperative pool.
enum ChildSpawner {
  /// The three descriptors a child gets; they stay the caller's.
  struct Streams {
    var input: Int32
    var output: Int32
    var error: Int32
  }

  /// Starts a child in a session of its own and gives its number; it must be reaped.
  static func spawn(_ command: Command, _ streams: Streams) throws(ProcessError) -> Int32 {
    try prepare(command, streams) { what in
      var pid: pid_t = 0
      return (drp_spawn(what, &pid), pid)
    }
  }

  /// Starts a process that is nobody's child and gives its identity.
  ///
  /// When `keep` is false for it, or this process ends before that is known, it is killed.
  static func spawnOrphan(
    _ command: Command, _ streams: Streams, keep: (ProcessIdentity) -> Bool
  ) throws(ProcessError) -> ProcessIdentity {
    var held = drp_go_between(pid: 0, hold: -1)
    let pid = try prepare(command, streams) { what in
      var pid: pid_t = 0
      return (drp_spawn_orphan(what, &pid, &held), pid)
    }
    // While the go-between waits the number cannot be reused, even if the process has ended already.
    var isKept = false
    defer { drp_finish_orphan(held, isKept ? 1 : 0) }
    guard let facts = ProcessTable.facts(of: pid) else { throw .cannotStart(command.description, ESRCH) }
    isKept = keep(facts.identity)
    return facts.identity
  }

  private static func prepare(
    _ command: Command, _ streams: Streams,
    _ start: (UnsafePointer<drp_spawn>) -> (failure: Int32, pid: pid_t)
  ) throws(ProcessError) -> Int32 {
    try checkText(command)
    if let folder = command.workingDirectory { try checkFolder(folder) }
    let program = command.arguments.first ?? ""
    let lookup = ExecutableLookup(
      environment: command.environment, workingDirectory: command.workingDirectory)
    let path = try lookup.path(of: program)
    let (failure, pid) = withCStrings(command.arguments) { arguments in
      withCStrings(command.environment) { environment in
        withOptionalCString(command.workingDirectory) { folder in
          path.withCString { path in
            var what = drp_spawn(
              path: path, argv: arguments, envp: environment, working_directory: folder, input: streams.input,
              output: streams.output, error: streams.error)
            return start(&what)
          }
        }
      }
    }
    switch failure {
    case 0: return pid
    // The file itself was there a moment ago.
    case ENOENT: throw .missingInterpreter(path)
    case ENOEXEC: throw .unknownFormat(path)
    case E2BIG:
      throw ProcessError(.invalidCommand, "the arguments and variables for `\(program)` are too long")
    default: throw .cannotStart(program, failure)
    }
  }

  /// The kernel would silently cut such text short.
  private static func checkText(_ command: Command) throws(ProcessError) {
    for argument in command.arguments where argument.utf8.contains(0) {
      throw ProcessError(.invalidCommand, "an argument for `\(command)` holds a zero byte")
    }
    for variable in command.environment where variable.utf8.contains(0) {
      let name = variable.prefix { $0 != "=" && $0 != "\0" }
      throw ProcessError(.invalidCommand, "the variable `\(name)` for `\(command)` holds a zero byte")
    }
  }

  private static func checkFolder(_ path: String) throws(ProcessError) {
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw .workingDirectory(path, errno) }
    guard facts.st_mode & S_IFMT == S_IFDIR else { throw .workingDirectory(path, ENOTDIR) }
    guard access(path, X_OK) == 0 else { throw .workingDirectory(path, errno) }
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return (copies + [nil]).withUnsafeBufferPointer { buffer in
      // Never empty: it holds at least the closing nil.
      guard let base = buffer.baseAddress else { preconditionFailure("an array of strings has an end mark") }
      return body(base)
    }
  }

  private static func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
  ) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
  }
}

extension ProcessError {
  fileprivate static func missingInterpreter(_ path: String) -> ProcessError {
    ProcessError(.notExecutable, "`\(path)` could not be started: the interpreter it names does not exist")
  }

  fileprivate static func unknownFormat(_ path: String) -> ProcessError {
    ProcessError(
      .notExecutable, "`\(path)` is neither a program for this machine nor a script with a `#!` line")
  }
}
