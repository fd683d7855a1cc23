import CSystemShims
import Values

/// One request on one handle of libcurl.
///
/// Blocks; not for the cooperative pool.
struct HTTPExchange: ~Copyable {
  private let curl: CurlLibrary
  private let handle: UnsafeMutableRawPointer
  private let host: String
  private let clock = HostClock()
  private var headerLines: UnsafeMutableRawPointer?

  /// Opens a handle; `host` is for messages.
  init(of curl: CurlLibrary, host: String) throws(HTTPError) {
    guard let handle = drp_curl_open(curl.table) else {
      throw HTTPError(.other, host: host, "libcurl could not be started: out of memory")
    }
    self.curl = curl
    self.handle = handle
    self.host = host
  }

  deinit {
    drp_curl_close(curl.table, handle)
    drp_curl_list_free(curl.table, headerLines)
  }

  /// Sends the request and waits for the answer.
  mutating func perform(
    _ request: HTTPRequest, cancellation: CancellationFlag
  ) throws(HTTPError) -> HTTPResponse {
    let transfer = HTTPTransfer(maxBodyBytes: request.maxBodyBytes, cancellation: cancellation)
    transfer.attach(to: handle, of: curl)
    configure(request)
    let started = clock.uptime
    var detail = [CChar](repeating: 0, count: Int(DRP_CURL_ERROR_SIZE))
    let code = (request.body ?? []).withUnsafeBytes { body in
      if request.body != nil {
        set(DRP_CURLOPT_POST, 1)
        // Never nil, which would mean that the body comes by callback.
        withUnsafePointer(to: 0 as UInt8) { none in
          _ = drp_curl_set_pointer(
            curl.table, handle, Int32(DRP_CURLOPT_POSTFIELDS), body.baseAddress ?? UnsafeRawPointer(none))
        }
        drp_curl_set_large(curl.table, handle, Int32(DRP_CURLOPT_POSTFIELDSIZE_LARGE), Int64(body.count))
      }
      setMethod(request)
      return detail.withUnsafeMutableBufferPointer { buffer in
        drp_curl_set_pointer(curl.table, handle, Int32(DRP_CURLOPT_ERRORBUFFER), buffer.baseAddress)
        return drp_curl_perform(curl.table, handle)
      }
    }
    let elapsed = clock.uptime - started
    guard code == 0 else {
      throw HTTPFailure(
        code: code, curl: curl, request: request, host: host, elapsed: elapsed,
        isTooLarge: transfer.isTooLarge,
        systemCode: Int32(truncatingIfNeeded: info(DRP_CURLINFO_OS_ERRNO)), detail: detail
      ).error
    }
    return HTTPResponse(
      status: info(DRP_CURLINFO_RESPONSE_CODE), headers: transfer.headers, body: transfer.body,
      elapsed: elapsed)
  }

  private mutating func configure(_ request: HTTPRequest) {
    request.url.reveal { set(DRP_CURLOPT_URL, $0) }
    set(DRP_CURLOPT_USERAGENT, "drplan")
    // Without this libcurl may end a slow name look-up with SIGALRM, which is not ours to take.
    set(DRP_CURLOPT_NOSIGNAL, 1)
    set(DRP_CURLOPT_PROTOCOLS, Int(DRP_CURLPROTO_HTTP_AND_HTTPS))
    set(DRP_CURLOPT_REDIR_PROTOCOLS, Int(DRP_CURLPROTO_HTTP_AND_HTTPS))
    set(DRP_CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    set(DRP_CURLOPT_FOLLOWLOCATION, request.followRedirects ? 1 : 0)
    set(DRP_CURLOPT_MAXREDIRS, 5)
    // 0 would mean no limit.
    set(DRP_CURLOPT_TIMEOUT_MS, max(1, Int(request.timeout.nanoseconds / 1_000_000)))
    set(DRP_CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(request.connectTimeout.nanoseconds / 1_000_000)))
    for header in request.headers {
      // libcurl takes `Name:` for the wish to leave a header out, and `Name;` for an empty one.
      header.value.reveal { value in add(value.isEmpty ? "\(header.name);" : "\(header.name): \(value)") }
    }
    // What libcurl would add by itself: a wait for `100 Continue`, and a type that the body does not have.
    add("Expect:")
    if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) { add("Content-Type:") }
    drp_curl_set_pointer(curl.table, handle, Int32(DRP_CURLOPT_HTTPHEADER), headerLines)
  }

  /// After the body, which makes libcurl choose a method by itself.
  ///
  /// A method given by name stays the same through redirections, so the usual ones are not.
  private func setMethod(_ request: HTTPRequest) {
    switch (request.method, request.body != nil) {
    case ("GET", false), ("POST", true): break
    case ("HEAD", false): set(DRP_CURLOPT_NOBODY, 1)
    default: set(DRP_CURLOPT_CUSTOMREQUEST, request.method)
    }
  }

  private mutating func add(_ line: String) {
    // Out of memory leaves the list as it was; the transfer will fail for the same reason.
    headerLines = drp_curl_list_append(curl.table, headerLines, line) ?? headerLines
  }

  private func set<Option: BinaryInteger>(_ option: Option, _ value: Int) {
    drp_curl_set_long(curl.table, handle, Int32(option), value)
  }

  /// libcurl copies the text.
  private func set<Option: BinaryInteger>(_ option: Option, _ text: String) {
    _ = text.withCString { drp_curl_set_pointer(curl.table, handle, Int32(option), $0) }
  }

  private func info<Option: BinaryInteger>(_ option: Option) -> Int {
    var value = 0
    drp_curl_get_long(curl.table, handle, Int32(option), &value)
    return value
  }
}
