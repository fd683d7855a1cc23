import CSystemShims
import Values

/// Turns a result code of libcurl into an error that says no more than it may.
///
/// libcurl's own message can hold the URL or a proxy's password, so it is used only where it speaks of
/// certificates.
struct HTTPFailure {
  let code: Int32
  let curl: CurlLibrary
  let request: HTTPRequest
  let host: String
  let elapsed: Duration
  let isTooLarge: Bool
  let systemCode: Int32
  let detail: [CChar]

  var error: HTTPError {
    let (code, reason) = finding
    return HTTPError(code, host: host, reason)
  }

  private var finding: (HTTPError.Code, String) {
    switch Int(code) {
    case Int(DRP_CURLE_ABORTED_BY_CALLBACK): (.cancelled, "the request was cancelled")
    case Int(DRP_CURLE_WRITE_ERROR) where isTooLarge:
      (.tooLarge, "the answer is longer than \(ByteCount(request.maxBodyBytes))")
    case Int(DRP_CURLE_URL_MALFORMAT): (.invalidRequest, "the URL is malformed")
    case Int(DRP_CURLE_COULDNT_RESOLVE_HOST): (.notResolved, "the name of the host could not be resolved")
    case Int(DRP_CURLE_COULDNT_RESOLVE_PROXY): (.notResolved, "the name of the proxy could not be resolved")
    case Int(DRP_CURLE_COULDNT_CONNECT): (.notConnected, "could not connect" + systemReason)
    case Int(DRP_CURLE_OPERATION_TIMEDOUT) where elapsed < request.timeout:
      (.timedOut, "could not connect within \(request.connectTimeout.planText)")
    case Int(DRP_CURLE_OPERATION_TIMEDOUT):
      (.timedOut, "no complete answer within \(request.timeout.planText)")
    case Int(DRP_CURLE_PEER_FAILED_VERIFICATION), Int(DRP_CURLE_SSL_CONNECT_ERROR):
      (.tls, detailText ?? ownText)
    case Int(DRP_CURLE_PARTIAL_FILE): (.badAnswer, "the connection broke off before the end of the answer")
    case Int(DRP_CURLE_GOT_NOTHING): (.badAnswer, "the connection was closed without an answer")
    case Int(DRP_CURLE_SEND_ERROR): (.badAnswer, "the connection broke off while sending" + systemReason)
    case Int(DRP_CURLE_RECV_ERROR): (.badAnswer, "the connection broke off while receiving" + systemReason)
    case Int(DRP_CURLE_WEIRD_SERVER_REPLY): (.badAnswer, "the answer is not HTTP")
    case Int(DRP_CURLE_UNSUPPORTED_PROTOCOL):
      (.badAnswer, "the answer is not HTTP, or leads to an address that is not")
    case Int(DRP_CURLE_TOO_MANY_REDIRECTS): (.badAnswer, "more than 5 redirections")
    default: (.other, ownText)
    }
  }

  private var systemReason: String { systemCode == 0 ? "" : ": \(kernelErrorText(systemCode))" }

  /// The fixed text of the code.
  private var ownText: String { lowerCased(String(cString: drp_curl_error_text(curl.table, code))) }

  private var detailText: String? {
    let text = String(decoding: detail.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return text.isEmpty ? nil : text
  }

  private func lowerCased(_ text: String) -> String { text.prefix(1).lowercased() + text.dropFirst() }
}
