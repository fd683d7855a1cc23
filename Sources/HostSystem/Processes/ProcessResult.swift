/// How a process ended.
public enum ProcessStatus: Sendable, Hashable, CustomStringConvertible {
  /// By itself, with this status.
  case exited(Int32)
  /// By a signal.
  case signalled(Signal)

  /// Whether it exited with status 0.
  public var isSuccess: Bool { self == .exited(0) }

  /// For messages: `exit status 3`, `ended by SIGKILL`.
  public var description: String {
    switch self {
    case .exited(let status): "exit status \(status)"
    case .signalled(let signal): "ended by \(signal)"
    }
  }
}

/// One of the two streams a program writes.
public enum OutputStream: String, Sendable, Hashable {
  /// Standard output.
  case output = "stdout"
  /// Standard error.
  case error = "stderr"
}

/// A line that a running program has just written.
public struct OutputLine: Sendable, Hashable {
  /// Where it wrote it.
  public let stream: OutputStream
  /// The line without its end; bytes that are not UTF-8 are replaced.
  public let text: String
}

/// The end of what a program wrote to one stream.
public struct CapturedOutput: Sendable, Hashable {
  /// The last bytes, as many as the command's `outputLimit`.
  public let bytes: [UInt8]
  /// How many bytes were written in all.
  public let totalBytes: Int

  /// Whether the beginning is missing.
  public var isTruncated: Bool { totalBytes > bytes.count }
  /// The bytes as text; those that are not UTF-8 are replaced.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The last non-empty lines, oldest first.
  public func lastLines(_ count: Int) -> [String] {
    text.split(whereSeparator: \.isNewline).suffix(count).map(String.init)
  }
}

/// What came of a process that ended: any exit status is a result, not an error.
public struct ProcessResult: Sendable, Hashable {
  /// How it ended.
  public let status: ProcessStatus
  /// The end of its standard output; empty when that went to a file.
  public let output: CapturedOutput
  /// The end of its standard error.
  public let error: CapturedOutput
  /// From its start to its end.
  public let elapsed: Duration
}
