import CSystemShims
import Values

/// Speaks HTTP and HTTPS by way of libcurl, with the proxies that the usual environment variables name.
public enum HTTPClient {
  /// Sends a request and gives the answer, whatever its status.
  ///
  /// Certificates are checked against those of the system. A cancelled task ends the exchange within about a
  /// second.
  public static func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    try await runBlockingCancellable { cancellation throws(HTTPError) in
      let host = try check(request)
      guard !cancellation.isCancelled else {
        throw HTTPError(.cancelled, host: host, "the request was cancelled")
      }
      var exchange = try HTTPExchange(of: CurlLibrary.shared.get(), host: host)
      return try exchange.perform(request, cancellation: cancellation)
    }
  }

  /// Refuses what would reach the server as something else than was meant, and gives the host.
  private static func check(_ request: HTTPRequest) throws(HTTPError) -> String {
    let isPlain = request.url.reveal { url in
      url.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") }
    }
    guard isPlain, let host = request.host else {
      throw HTTPError(.invalidRequest, host: "", "the URL is not one of `http://` or `https://`")
    }
    guard isToken(request.method) else {
      throw HTTPError(.invalidRequest, host: host, "`\(request.method)` is not a method")
    }
    for header in request.headers {
      guard isToken(header.name) else {
        throw HTTPError(.invalidRequest, host: host, "`\(header.name)` is not the name of a header")
      }
      guard header.value.reveal({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 9 } }) else {
        throw HTTPError(
          .invalidRequest, host: host, "the value of the header `\(header.name)` holds a control character")
      }
    }
    return host
  }

  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
          || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
  }
}
