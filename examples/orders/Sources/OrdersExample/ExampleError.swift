import Glibc

/// Why a verb stopped, and the exit code that says so.
struct ExampleError: Error {
  let exitCode: Int32
  let message: String

  /// The command line makes no sense.
  static func usage(_ message: String) -> Self { Self(exitCode: 2, message: message) }
  /// Understood, but not done, and nothing was touched.
  static func refused(_ message: String) -> Self { Self(exitCode: 2, message: message) }
  /// Tried and not achieved.
  static func failed(_ message: String) -> Self { Self(exitCode: 1, message: message) }
  /// A system call failed; reads `errno`, so build it before anything else runs.
  static func system(_ what: String, number: Int32 = errno) -> Self {
    .failed("\(what): \(String(cString: strerror(number)))")
  }
}
