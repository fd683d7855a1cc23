/// A program to start: an argument vector, never a shell line.
///
/// Secrets belong into `environment` or `input`, never into `arguments`, which every user of the machine can
/// read.
public struct Command: Sendable, CustomStringConvertible {
  /// Where the standard input of the program comes from.
  public enum Input: Sendable {
    /// Nothing: `/dev/null`.
    case none
    /// These bytes, then the end.
    ///
    /// They reach the program through memory, not through a file system.
    case bytes([UInt8])
    /// The file at this path.
    case file(String)
  }

  /// Where the standard output of the program goes.
  ///
  /// Its standard error is always captured.
  public enum Output: Sendable {
    /// Into the result and to the line callback.
    case captured
    /// Into the file at this path, made with mode 0600 or emptied first.
    case file(String)
  }

  /// The program and its arguments.
  ///
  /// The program is looked up in the `PATH` of `environment` unless it holds a slash; a relative path counts
  /// from the working directory.
  public var arguments: [String]
  /// All variables the program gets, each as `NAME=value`.
  public var environment: [String]
  /// Where the program starts; ours when nil.
  public var workingDirectory: String?
  /// Where its standard input comes from.
  public var input: Input
  /// Where its standard output goes.
  public var output: Output
  /// How many bytes of the end of each captured stream are kept.
  public var outputLimit: Int

  /// Describes a program to start; by default with our own environment, no input and 64 KiB kept of each
  /// stream.
  public init(
    _ arguments: [String], environment: [String] = ProcessEnvironment.current,
    workingDirectory: String? = nil,
    input: Input = .none, output: Output = .captured, outputLimit: Int = 64 << 10
  ) {
    self.arguments = arguments
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.input = input
    self.output = output
    self.outputLimit = outputLimit
  }

  /// The name of the program, for messages; nothing else of a command is fit to print.
  public var description: String { arguments.first ?? "" }
}

extension Command: CustomReflectable {
  /// Keeps environment and input, which may hold secrets, out of `dump`.
  public var customMirror: Mirror { Mirror(self, children: ["arguments": arguments]) }
}
