import CSystemShims

/// What libcurl's callbacks share during one request.
///
/// Used by the one thread that performs it.
final class HTTPTransfer {
  private(set) var headers: [(name: String, value: String)] = []
  private(set) var body: [UInt8] = []
  private(set) var isTooLarge = false
  private let maxBodyBytes: Int
  private let cancellation: CancellationFlag

  /// Collects at most `maxBodyBytes` and stops when the flag is raised.
  init(maxBodyBytes: Int, cancellation: CancellationFlag) {
    self.maxBodyBytes = maxBodyBytes
    self.cancellation = cancellation
  }

  /// Makes the callbacks of the handle call this object, which must outlive the transfer.
  func attach(to handle: UnsafeMutableRawPointer, of curl: CurlLibrary) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    for option in [DRP_CURLOPT_WRITEDATA, DRP_CURLOPT_HEADERDATA, DRP_CURLOPT_XFERINFODATA] {
      drp_curl_set_pointer(curl.table, handle, Int32(option), context)
    }
    drp_curl_set_data(curl.table, handle, Int32(DRP_CURLOPT_WRITEFUNCTION)) { bytes, _, length, context in
      HTTPTransfer.with(context, bytes, length) { $0.takeBody($1) }
    }
    drp_curl_set_data(curl.table, handle, Int32(DRP_CURLOPT_HEADERFUNCTION)) { bytes, _, length, context in
      HTTPTransfer.with(context, bytes, length) { $0.takeHeader($1) }
    }
    drp_curl_set_progress(curl.table, handle, Int32(DRP_CURLOPT_XFERINFOFUNCTION)) { context, _, _, _, _ in
      guard let context else { return 1 }
      let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
      return transfer.cancellation.isCancelled ? 1 : 0
    }
    drp_curl_set_long(curl.table, handle, Int32(DRP_CURLOPT_NOPROGRESS), 0)
  }

  /// Anything but `length` as the result stops the transfer.
  private static func with(
    _ context: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ length: Int,
    _ take: (HTTPTransfer, UnsafeRawBufferPointer) -> Bool
  ) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
    return take(transfer, UnsafeRawBufferPointer(start: bytes, count: length)) ? length : length &+ 1
  }

  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= maxBodyBytes else {
      isTooLarge = true
      return false
    }
    body.append(contentsOf: bytes)
    return true
  }

  private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let line = String(decoding: bytes, as: UTF8.self)
    // Each response of a redirection or a `100 Continue` begins again.
    guard !line.hasPrefix("HTTP/") else {
      headers.removeAll()
      return true
    }
    guard let colon = line.firstIndex(of: ":") else { return true }
    let value = line[line.index(after: colon)...]
    headers.append((line[..<colon].lowercased(), Self.trimmed(value)))
    return true
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop(while: \.isWhitespace)
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
