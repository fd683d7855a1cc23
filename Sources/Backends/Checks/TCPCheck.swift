import BackendKit
import Declarations
import HostSystem
import Values

/// Looks whether a TCP port accepts connections.
struct TCPCheck: IntegrityCheck {
  static let hostKey = Key<String>.optional(
    "host", .text, default: "127.0.0.1", shownAs: "127.0.0.1", "the host's name or address")
  static let portKey = Key<Int>.required("port", .integer(1...65_535), "the port")
  static let timeoutKey = Key<Duration>.optional(
    "timeout", .duration(), default: .seconds(5), shownAs: "5s", "how long one attempt may take")
  static let withinKey = Key<Duration>.optional(
    "within", .duration(orZero: true), default: .zero, shownAs: "0s",
    "for how long to try again until a connection stands")

  /// The keys of the check and what it proves.
  static let declaration = KindDeclaration(
    "TCP",
    summary: "Looks whether a TCP port accepts connections.",
    notes: "Proves that something listens, not what: prefer HTTP or Query where there is one.",
    example: "- {type: TCP, host: 127.0.0.1, port: 5432, within: 30s}",
    shape: Shape("the check TCP", [hostKey.erased, portKey.erased, timeoutKey.erased, withinKey.erased]))

  private let host: String
  private let port: Int
  private let timeout: Duration
  private let within: Duration

  /// The check described by those keys.
  init(_ check: Record) {
    host = check[Self.hostKey]
    port = check[Self.portKey]
    timeout = check[Self.timeoutKey]
    within = check[Self.withinKey]
  }

  /// None: it reads no database.
  var database: DatabaseID? { nil }

  /// Nothing: it fits every engine.
  func misfit(with engine: any DatabaseEngine) -> String? { nil }

  /// Looks once, or for as long as the plan allows.
  func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome {
    let expected = "a connection to `\(host):\(port)`"
    return try await Persistence.within(within, "connecting to `\(host):\(port)`") {
      (_) async throws(StepFailure) in
      do throws(TCPProbeError) {
        let result = try await TCPProbe.connect(
          host: host, port: UInt16(clamping: port), timeout: timeout)
        return CheckOutcome(passed: true, expected: expected, actual: "connected to \(result.address)")
      } catch {
        guard error.kind != .cancelled else { throw .cancelled("connecting to `\(host):\(port)`") }
        return CheckOutcome(passed: false, expected: expected, actual: error.description)
      }
    }
  }
}
