public import Values

/// A header of a request.
///
/// Its value may be a secret and is never printed.
public struct HTTPHeader: Sendable, Equatable {
  /// The name, in any case.
  public let name: String
  /// The value.
  public let value: Secret

  /// A header whose value may be a secret.
  public init(_ name: String, _ value: Secret) {
    self.name = name
    self.value = value
  }

  /// A header.
  public init(_ name: String, _ value: String) { self.init(name, Secret(value)) }
}

/// What to ask of a server.
///
/// Its printed form gives the method and the host: path and query of a webhook are as secret as a password.
public struct HTTPRequest: Sendable, CustomStringConvertible, CustomReflectable {
  /// `GET`, `POST` and so on, in capitals.
  public var method: String
  /// Where to, `http` or `https`.
  public var url: Secret
  /// What to say besides what the request needs by itself.
  public var headers: [HTTPHeader]
  /// What to send; nil for nothing, not even its length.
  public var body: [UInt8]?
  /// How long the whole exchange may take.
  public var timeout: Duration
  /// How long it may take until the connection stands, name look-up and TLS included.
  public var connectTimeout: Duration
  /// Whether a redirection is followed, at most five times, rather than given as the response.
  ///
  /// Headers go with it, except that `Authorization` and `Cookie` are dropped for another host.
  public var followRedirects: Bool
  /// A longer body of the response is an error.
  public var maxBodyBytes: Int

  /// Describes a request; by default one that takes at most 30 s, answered with at most 1 MiB.
  public init(
    _ method: String = "GET", url: Secret, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
    timeout: Duration = .seconds(30), connectTimeout: Duration = .seconds(10), followRedirects: Bool = false,
    maxBodyBytes: Int = 1 << 20
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.connectTimeout = connectTimeout
    self.followRedirects = followRedirects
    self.maxBodyBytes = maxBodyBytes
  }

  /// The method and the host.
  public var description: String { "\(method) \(host ?? "?")" }
  /// Keeps the body out of `dump`.
  public var customMirror: Mirror { Mirror(self, children: ["request": description]) }

  /// The host, with its port where one is given; nil when the URL is not one of `http` or `https`.
  ///
  /// This is for messages and checks; libcurl reads the URL by itself.
  public var host: String? {
    url.reveal { text in
      let lower = text.lowercased()
      guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix) else { return nil }
      let authority = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
      let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
      return host.isEmpty || host.hasPrefix(":") ? nil : String(host)
    }
  }
}

/// What a server answered: any status is an answer, not an error.
public struct HTTPResponse: Sendable {
  /// The status, `200` and so on.
  public let status: Int
  /// The headers of the last response, in their order, names in lower case.
  public let headers: [(name: String, value: String)]
  /// The body as it came.
  public let body: [UInt8]
  /// From the call to the last byte.
  public let elapsed: Duration

  /// The body as text; bytes that are not UTF-8 are replaced.
  public var text: String { String(decoding: body, as: UTF8.self) }

  /// The value of the first header of that name.
  public func header(_ name: String) -> String? {
    let name = name.lowercased()
    return headers.first { $0.name == name }?.value
  }
}
