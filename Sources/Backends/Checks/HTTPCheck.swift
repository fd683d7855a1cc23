import BackendKit
import Declarations
import HostSystem
import Values

/// Sends an HTTP request and judges the answer.
struct HTTPCheck: IntegrityCheck {
  /// The methods that change nothing.
  enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
  }

  static let urlKey = Key<String>.required("url", .url, "where to ask")
  static let methodKey = Key<Method>.optional(
    "method", .choice("a method"), default: .get, shownAs: "GET", "how to ask")
  static let statusKey = Key<Int>.optional(
    "status", .integer(100...599), default: 200, shownAs: "200", "the status that the answer must have")
  static let containsKey = Key<String?>.optional("contains", .text, "text that the answer's body must hold")
  static let matchesKey = Key<TextPattern?>.optional(
    "matches", .pattern, "a regular expression that must be found in the answer's body")
  static let headersKey = Key<[NamedValue<Template>]>.optional(
    "headers", ValueType<Template>.template.named(), default: [], shownAs: "none", "headers to send")
  static let authorizationKey = Key<SecretReference?>.optional(
    "authorization", .secret, "the value of the header `Authorization`")
  static let timeoutKey = Key<Duration>.optional(
    "timeout", .duration(), default: .seconds(10), shownAs: "10s", "how long one request may take")
  static let withinKey = Key<Duration>.optional(
    "within", .duration(orZero: true), default: .zero, shownAs: "0s",
    "for how long to ask again until the answer is right")

  /// The keys of the check and what it proves.
  static let declaration = KindDeclaration(
    "HTTP",
    summary: "Sends an HTTP request and judges the answer.",
    notes: """
      Redirections are not followed: their status is the answer. Certificates are checked. No answer at all fails the \
      check like a wrong one. At most 1 MiB of the body is read, and `matches` looks at its first 64 KiB.
      """,
    example: """
      - {type: HTTP, url: "http://127.0.0.1:8080/orders/latest", status: 200, within: 30s}
      """,
    shape: Shape(
      "the check HTTP",
      [
        urlKey.erased, methodKey.erased, statusKey.erased, containsKey.erased, matchesKey.erased,
        headersKey.erased, authorizationKey.erased, timeoutKey.erased, withinKey.erased,
      ], rules: [.atMostOne(["contains", "matches"])], synonyms: ["body": "contains", "code": "status"]))

  private let url: String
  private let method: Method
  private let status: Int
  private let contains: String?
  private let matches: TextPattern?
  private let headers: [NamedValue<Template>]
  private let authorization: SecretReference?
  private let timeout: Duration
  private let within: Duration

  /// The check described by those keys.
  init(_ check: Record) {
    url = check[Self.urlKey]
    method = check[Self.methodKey]
    status = check[Self.statusKey]
    contains = check[Self.containsKey]
    matches = check[Self.matchesKey]
    headers = check[Self.headersKey]
    authorization = check[Self.authorizationKey]
    timeout = check[Self.timeoutKey]
    within = check[Self.withinKey]
  }

  /// None: it reads no database.
  var database: DatabaseID? { nil }

  /// Nothing: it fits every engine.
  func misfit(with engine: any DatabaseEngine) -> String? { nil }

  /// Looks once, or for as long as the plan allows.
  func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome {
    let (request, mask) = try await request(context)
    return try await Persistence.within(within, "asking `\(request.host ?? "")`") {
      (_) async throws(StepFailure) in
      do throws(HTTPError) {
        return await judge(try await HTTPClient.send(request), mask)
      } catch {
        return try unanswered(error)
      }
    }
  }

  /// The request, and what keeps its secret out of an answer that repeats it.
  private func request(
    _ context: StepContext
  ) async throws(StepFailure) -> (request: HTTPRequest, mask: SecretMask) {
    var request = HTTPRequest(method.rawValue, url: Secret(url), timeout: timeout)
    var secrets: [Secret] = []
    for header in headers {
      request.headers.append(HTTPHeader(header.name, try context.text(header.value)))
    }
    if let authorization {
      let value = try await context.environment.secrets.value(of: authorization)
      request.headers.append(HTTPHeader("Authorization", value))
      // `Bearer abc`: the second word is the secret, wherever it is repeated without the first.
      let words = value.reveal { $0.split(separator: " ").dropFirst().map { Secret(String($0)) } }
      secrets = [value] + words
    }
    return (request, SecretMask(secrets))
  }

  private var expected: String {
    var text = "status \(status)"
    if let contains { text += " and a body with `\(contains)`" }
    if let matches { text += " and a body with a match of `\(matches.source)`" }
    return text
  }

  private func judge(_ answer: HTTPResponse, _ mask: SecretMask) async -> CheckOutcome {
    guard answer.status == status else {
      return CheckOutcome(passed: false, expected: expected, actual: "status \(answer.status)")
    }
    let (contains, matches) = (contains, matches)
    let (isRight, shown) = await runBlocking {
      let isRight =
        (contains.map { Self.holds(answer.body, Array($0.utf8)) } ?? true)
        && (matches?.isFound(in: answer.text) ?? true)
      // Masked before it is cut: half a secret would not be found.
      return (isRight, isRight ? "" : String(mask.masked(answer.text).prefix(200)))
    }
    let body = isRight ? "" : " and the body `\(shown)`"
    return CheckOutcome(passed: isRight, expected: expected, actual: "status \(answer.status)\(body)")
  }

  /// No answer is a wrong answer, unless the request itself could not be made.
  private func unanswered(_ error: HTTPError) throws(StepFailure) -> CheckOutcome {
    switch error.code {
    case .cancelled: throw .cancelled("asking `\(error.host)`")
    case .invalidRequest, .libraryMissing:
      throw StepFailure(.system, "the request could not be sent: \(error)", isRetryable: false)
    default: return CheckOutcome(passed: false, expected: expected, actual: "no answer: \(error.reason)")
    }
  }

  private static func holds(_ body: [UInt8], _ part: [UInt8]) -> Bool {
    guard let first = part.first else { return true }
    guard body.count >= part.count else { return false }
    return (0...(body.count - part.count)).contains { start in
      body[start] == first && body[start..<(start + part.count)].elementsEqual(part)
    }
  }
}
