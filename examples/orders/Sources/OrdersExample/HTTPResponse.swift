/// One response with a JSON body.
struct HTTPResponse {
  let status: Int
  let body: String
  var headers: [(name: String, value: String)] = []

  /// An error with its reason as JSON.
  static func error(_ status: Int, _ reason: String) -> Self {
    Self(status: status, body: JSONText.error(reason))
  }

  /// As it goes over the wire; without the body when the request was a HEAD.
  func bytes(keepsAlive: Bool, withBody: Bool = true) -> [UInt8] {
    var head = "HTTP/1.1 \(status) \(Self.phrases[status] ?? "Unknown")\r\n"
    head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count + 1)\r\n"
    for header in headers { head += "\(header.name): \(header.value)\r\n" }
    head += "Connection: \(keepsAlive ? "keep-alive" : "close")\r\n\r\n"
    return Array((withBody ? head + body + "\n" : head).utf8)
  }

  private static let phrases = [
    200: "OK", 201: "Created", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
    408: "Request Timeout", 413: "Content Too Large", 422: "Unprocessable Content",
    431: "Request Header Fields Too Large", 501: "Not Implemented", 503: "Service Unavailable",
  ]
}
