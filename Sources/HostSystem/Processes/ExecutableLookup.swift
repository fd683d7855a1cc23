import Glibc

/// Finds the file to execute for the first word of a command.
public struct ExecutableLookup {
  /// What the C library searches when there is no `PATH`.
  private static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  let environment: [String]
  let workingDirectory: String?

  /// A search with the variables `NAME=value`; a relative path counts from `workingDirectory`.
  public init(environment: [String] = ProcessEnvironment.current, workingDirectory: String? = nil) {
    self.environment = environment
    self.workingDirectory = workingDirectory
  }

  /// The path to execute.
  ///
  /// Empty and relative entries of `PATH` are passed over: what runs in a disaster must not depend on the
  /// folder somebody stood in.
  public func path(of program: String) throws(ProcessError) -> String {
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
    do throws(FileError) {
      guard let status = try HostPath.status(path, followingLink: true) else { return .missing }
      return status.kind == .file && PathAccess.isExecutable(path) ? .executable : .other
    } catch {
      return error.number == EACCES ? .other : .missing
    }
  }
}
