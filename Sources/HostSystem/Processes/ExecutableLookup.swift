import Glibc

/// Finds the file to execute for the first word of a command.
struct ExecutableLookup {
  /// What the C library searches when there is no `PATH`.
  private static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  let environment: [String]
  let workingDirectory: String?

  /// The path to execute.
  ///
  /// Empty and relative entries of `PATH` are passed over: what runs in a disaster must not depend on the
  /// folder somebody stood in.
  func path(of program: String) throws(ProcessError) -> String {
    guard !program.isEmpty else { throw ProcessError(.invalidCommand, "the command is empty") }
    guard !program.utf8.contains(UInt8(ascii: "/")) else {
      switch Self.inspect(absolute(program)) {
      case .executable: return program
      case .other: throw .notExecutable(program)
      case .missing: throw .noSuchFile(program)
      }
    }
    let search = ProcessEnvironment.value(of: "PATH", in: environment) ?? Self.defaultPath
    var unusable: String?
    for folder in search.split(separator: ":") where folder.hasPrefix("/") {
      let candidate = "\(folder)/\(program)"
      switch Self.inspect(candidate) {
      case .executable: return candidate
      case .other: unusable = unusable ?? candidate
      case .missing: continue
      }
    }
    if let unusable { throw .notExecutable(unusable) }
    throw .notFound(program, path: search)
  }

  /// A relative program counts from the folder the child starts in, as the kernel sees it.
  private func absolute(_ program: String) -> String {
    guard let workingDirectory, !program.hasPrefix("/") else { return program }
    return "\(workingDirectory)/\(program)"
  }

  private enum Finding { case executable, other, missing }

  private static func inspect(_ path: String) -> Finding {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return errno == EACCES ? .other : .missing }
    return facts.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0 ? .executable : .other
  }
}
