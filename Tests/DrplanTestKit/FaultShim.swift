import FoundationEssentials
import Glibc

/// The shim of `Tests/FaultShim`, which stands between drplan and the C library and breaks a run at a chosen call.
public enum FaultShim {
  /// The library, built from its source when it is first asked for; no C compiler is an error, not a reason to skip.
  public static func library() async throws -> String { try await building.value }

  private static let building = Task { () async throws -> String in
    let here = #filePath
    let tests = here.split(separator: "/").dropLast(2).joined(separator: "/")
    let program = CLIProgram.drplan.path
    let folder = String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)])
    let library = "\(folder)/drplan-faults.so"
    let own = "\(library).\(getpid())"
    let compiler = try CLIProcess(
      [
        "cc", "-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", own,
        "fault.c", "powercut.c", "-ldl", "-lpthread",
      ],
      environment: ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TMPDIR=/tmp"],
      directory: "/\(tests)/FaultShim", streams: .captured, scratch: own)
    let result = try await compiler.wait()
    guard result.status == 0 else {
      throw CLIFailure("the fault shim cannot be built with `cc`, which these tests need\n\(result)")
    }
    for suffix in [".out", ".err"] { unlink(own + suffix) }
    // Another test run may use the old one at this moment: it keeps it.
    guard rename(own, library) == 0 else { throw CLIFailure("no `\(library)`: error \(errno)") }
    return library
  }
}
