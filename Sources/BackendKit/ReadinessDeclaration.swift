public import Declarations
import Diagnostics
import Values

/// The `ready` key of a service: how to tell that it is ready.
public enum ReadinessDeclaration {
  private static let http = Key<String?>.optional(
    "http", .url,
    "an address that answers with `status` when the service is ready; redirects are not followed")
  private static let status = Key<Int>.optional(
    "status", .integer(100...599), default: 200, shownAs: "200", "the status that `http` must answer with")
  private static let tcp = Key<HostPort?>.optional(
    "tcp", .hostPort, "a host and port that accept connections when the service is ready")
  private static let command = Key<[Template]?>.optional(
    "command", .arguments, "a program with its arguments that exits with 0 when the service is ready")
  private static let within = Key<Duration>.optional(
    "within", .duration(), default: .seconds(30), shownAs: "30s",
    "how long it may take from the start of the service until it is ready")

  /// The keys of `ready`.
  public static let shape = Shape(
    "the readiness of a service",
    [http.erased, status.erased, tcp.erased, command.erased, within.erased],
    rules: [.exactlyOne(["http", "tcp", "command"])],
    synonyms: ["url": "http", "port": "tcp", "exec": "command", "timeout": "within"])

  /// `ready` as a value, for a key that holds it.
  public static var valueType: ValueType<Readiness> {
    ValueType<Readiness>(shape.noun, schema: shape.schema(), nested: [shape]) { node, decoding in
      guard let record = shape.read(node, &decoding), let probe = probe(record) else { return nil }
      if let range = record.range(of: status), !record.has(http) {
        decoding.report(
          .conflictingKeys, "`status` stands in \(shape.noun) without `http`", at: range,
          hint: "only an `http` address has a status; take `status` out")
        return nil
      }
      return Readiness(probe: probe, within: record[within])
    }
  }

  private static func probe(_ record: Record) -> Readiness.Probe? {
    if let url = record[http] { return .http(url: url, status: record[status]) }
    if let address = record[tcp] { return .tcp(host: address.host, port: address.port) }
    return record[command].map { .command($0) }
  }
}

private struct HostPort: Sendable {
  let host: String
  let port: Int

  /// Reads `host:port`, an IPv6 address in brackets.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65535).contains(port)
    else { return nil }
    let host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      self.host = String(host.dropFirst().dropLast())
    } else {
      guard !host.contains(":") else { return nil }
      self.host = String(host)
    }
    guard !self.host.isEmpty, !self.host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "[" }) else {
      return nil
    }
    self.port = port
  }
}

extension ValueType where Value == HostPort {
  fileprivate static var hostPort: ValueType<HostPort> {
    ValueType<String>.text.map("a host and port", schema: ["type": "string", "pattern": "^.+:[0-9]+$"]) {
      text, node, decoding in
      guard let address = HostPort(text) else {
        decoding.report(
          .badValue, "`\(text)` is not a host and port", at: node,
          hint: "for example `127.0.0.1:8080` or `[::1]:8080`")
        return nil
      }
      return address
    }
  }
}
