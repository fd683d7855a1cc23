import Glibc

/// A signal of the kernel, by number.
public struct Signal: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The number, as `kill -l` lists it.
  public let rawValue: Int32

  /// The signal of that number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Asks a process to end; it may clean up, or refuse.
  public static let terminate = Signal(rawValue: SIGTERM)
  /// Ends a process at once; it cannot refuse.
  public static let kill = Signal(rawValue: SIGKILL)
  /// What Ctrl-C sends.
  public static let interrupt = Signal(rawValue: SIGINT)
  /// What a closed terminal sends; services take it as a wish to reload.
  public static let hangup = Signal(rawValue: SIGHUP)

  /// Its name with the number where it has no common one: `SIGTERM`, `signal 40`.
  public var description: String { Self.names[rawValue] ?? "signal \(rawValue)" }

  private static let names: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
    SIGABRT: "SIGABRT",
    SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV",
    SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU",
    SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
  ]
}
