/// Why there was no complete answer.
public struct HTTPError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is; more may be added.
  public struct Code: Hashable, Sendable {
    private let name: String
    private init(_ name: String) { self.name = name }

    /// The request cannot be sent as it is.
    public static let invalidRequest = Code("invalidRequest")
    /// libcurl is not installed.
    public static let libraryMissing = Code("libraryMissing")
    /// No such host, or no name server.
    public static let notResolved = Code("notResolved")
    /// Nobody listens, or nobody can be reached.
    public static let notConnected = Code("notConnected")
    /// It took longer than it may.
    public static let timedOut = Code("timedOut")
    /// The server could not prove who it is, or speaks another TLS.
    public static let tls = Code("tls")
    /// The answer broke off, or is not HTTP.
    public static let badAnswer = Code("badAnswer")
    /// The answer is longer than it may be.
    public static let tooLarge = Code("tooLarge")
    /// The task was cancelled.
    public static let cancelled = Code("cancelled")
    /// Anything else that libcurl reports.
    public static let other = Code("other")
  }

  /// What kind of failure it is.
  public let code: Code
  /// The host, with its port where one was given; empty when the URL has none.
  public let host: String
  /// The reason; holds neither path nor query nor headers.
  public let reason: String

  init(_ code: Code, host: String, _ reason: String) {
    self.code = code
    self.host = host
    self.reason = reason
  }

  /// The host and the reason.
  public var description: String { host.isEmpty ? reason : "`\(host)`: \(reason)" }
}
