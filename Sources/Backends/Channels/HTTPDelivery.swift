import BackendKit
import Declarations
import HostSystem
import Values

/// Hands a message over by HTTP to an address that is itself a secret: no failure holds any part of it.
struct HTTPDelivery {
  /// What the address belongs to, for messages: `the webhook`.
  let name: String
  let url: SecretReference
  let timeout: Duration

  /// Posts and returns when the other side has taken it, that is, answered with 2xx.
  ///
  /// Redirects are not followed.
  func post(
    _ body: JSONValue, contentType: String, headers: [HTTPHeader] = [], secrets: any SecretSource
  ) async throws(StepFailure) {
    let request = HTTPRequest(
      "POST", url: try await secrets.value(of: url),
      headers: [HTTPHeader("Content-Type", contentType)] + headers, body: Array(body.text().utf8),
      timeout: timeout, connectTimeout: timeout, maxBodyBytes: 64 << 10)
    let answer: HTTPResponse
    do throws(HTTPError) {
      answer = try await HTTPClient.send(request)
    } catch {
      throw failure(error.code)
    }
    try check(answer)
  }

  /// Too busy and too slow may pass; any other refusal will be the same the next time.
  private func check(_ answer: HTTPResponse) throws(StepFailure) {
    guard !(200...299).contains(answer.status) else { return }
    let isRetryable = answer.status >= 500 || answer.status == 408 || answer.status == 429
    let word = Self.reasonWord(answer.text).map { " (`\($0)`)" } ?? ""
    let redirect = (300...399).contains(answer.status) ? ", a redirect, which is not followed" : ""
    throw StepFailure(
      .notDelivered, "\(name) answered \(answer.status)\(word)\(redirect)",
      remedy: isRetryable ? nil : "check the value of the secret `\(url.name)`", isRetryable: isRetryable)
  }

  /// Slack and others answer with one word, such as `invalid_payload`.
  ///
  /// Anything longer may hold what we sent.
  private static func reasonWord(_ text: String) -> Substring? {
    let word = text.prefix { $0 != "\n" }
    guard (3...40).contains(word.utf8.count), word.utf8.count == text.utf8.count || text.hasSuffix("\n"),
      word.utf8.allSatisfy({ (97...122).contains($0) || $0 == 95 })
    else { return nil }
    return word
  }

  /// Whether the address accepts connections; nothing is sent.
  func probe(secrets: any SecretSource) async -> ProbeFinding {
    let address: (host: String, port: UInt16)
    do throws(StepFailure) {
      let secret = try await secrets.value(of: url)
      guard let found = Self.address(of: secret) else {
        return ProbeFinding(name, .blocked, "the secret `\(url.name)` is not an http or https URL")
      }
      address = found
    } catch {
      return ProbeFinding(name, .blocked, error.message)
    }
    guard !Self.usesProxy else {
      return ProbeFinding(name, .notCheckable, "it is reached through a proxy, which would have to be used")
    }
    do throws(TCPProbeError) {
      _ = try await TCPProbe.connect(host: address.host, port: address.port, timeout: timeout)
      return ProbeFinding(name, .checked, "its host accepts connections; nothing was sent")
    } catch {
      return ProbeFinding(name, .blocked, "its host does not accept connections")
    }
  }

  /// Whether the usual variables name a proxy.
  private static var usesProxy: Bool {
    ["https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"].contains {
      ProcessEnvironment.value(of: $0).map { !$0.isEmpty } ?? false
    }
  }

  /// Host and port of a URL.
  static func address(of url: Secret) -> (host: String, port: UInt16)? {
    guard let authority = HTTPRequest(url: url).host else { return nil }
    let isTLS = url.reveal { $0.lowercased().hasPrefix("https:") }
    let bracket = authority.lastIndex(of: "]")
    let colon = authority.lastIndex(of: ":").flatMap { colon in
      bracket.map { colon > $0 } ?? true ? colon : nil
    }
    let host = authority[..<(colon ?? authority.endIndex)].filter { $0 != "[" && $0 != "]" }
    guard let colon else { return (String(host), isTLS ? 443 : 80) }
    guard let port = UInt16(authority[authority.index(after: colon)...]), port > 0 else {
      return nil
    }
    return (String(host), port)
  }

  private func failure(_ code: HTTPError.Code) -> StepFailure {
    switch code {
    case .cancelled: StepFailure(.cancelled, "sending to \(name) was cancelled", isRetryable: false)
    case .timedOut: StepFailure(.timeout, "\(name) did not answer within \(timeout.planText)")
    case .notResolved: StepFailure(.notDelivered, "the host of \(name) could not be resolved")
    case .notConnected: StepFailure(.notDelivered, "the host of \(name) does not accept connections")
    case .badAnswer: StepFailure(.notDelivered, "\(name) closed the connection before it answered")
    case .tooLarge: StepFailure(.notDelivered, "the answer of \(name) is too long", isRetryable: false)
    case .tls:
      StepFailure(
        .notDelivered, "\(name) could not prove who it is (TLS)",
        remedy: "check its certificate and this machine's clock and authorities", isRetryable: false)
    case .invalidRequest:
      StepFailure(
        .notDelivered, "the address of \(name) is not an http or https URL, or a header cannot be sent",
        remedy: "check the value of the secret `\(url.name)` and those of the headers", isRetryable: false)
    case .libraryMissing:
      StepFailure(
        .programUnavailable, "libcurl is not installed, so \(name) cannot be reached",
        remedy: "install libcurl", isRetryable: false)
    default: StepFailure(.notDelivered, "\(name) could not be reached")
    }
  }
}

extension StepFailure.Code {
  /// A message was not taken by the other side.
  static let notDelivered = Self(rawValue: "NotDelivered")
}
