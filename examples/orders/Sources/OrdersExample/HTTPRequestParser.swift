/// Reads HTTP/1.x requests from the front of a buffer; refuses whatever it does not fully understand.
enum HTTPRequestParser {
  enum Outcome {
    /// The end is not there yet.
    case incomplete
    /// One request, and how many bytes it took.
    case request(HTTPRequest, length: Int)
    /// Not to be answered but with this response, after which the connection closes.
    case malformed(HTTPResponse)
  }

  static let maximumHead = 16 << 10
  static let maximumBody = 64 << 10

  static func parse(_ buffer: [UInt8]) -> Outcome {
    guard let headEnd = endOfHead(buffer) else {
      return buffer.count < maximumHead
        ? .incomplete : .malformed(.error(431, "the request's head is over 16 KiB"))
    }
    guard headEnd <= maximumHead else { return .malformed(.error(431, "the request's head is over 16 KiB")) }
    let head = buffer[..<headEnd].dropLast(4)
    guard head.allSatisfy({ $0 == 9 || $0 == 10 || $0 == 13 || (32...126).contains($0) }) else {
      return malformed("the request's head holds bytes that are not plain text")
    }
    let lines = String(decoding: head, as: UTF8.self).split(
      separator: "\r\n", omittingEmptySubsequences: false)
    guard let requestLine = lines.first,
      !lines.contains(where: { $0.utf8.contains(10) || $0.utf8.contains(13) })
    else {
      return malformed("a line of the head does not end in CR LF")
    }
    let words = requestLine.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy({ $0.isASCII && $0.isUppercase }),
      words[1].hasPrefix("/"), words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0"
    else { return malformed("the first line is not `METHOD /path HTTP/1.1`") }

    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), colon != line.startIndex,
        !line[..<colon].contains(where: \.isWhitespace)
      else { return malformed("a header is not `name: value`") }
      let name = line[..<colon].lowercased()
      let value = line[line.index(after: colon)...].trimmingBlanks
      guard fields.updateValue(value, forKey: name) == nil || !["host", "content-length"].contains(name)
      else {
        return malformed("the header `\(name)` is there twice")
      }
    }
    guard words[2] == "HTTP/1.0" || fields["host"] != nil else {
      return malformed("the Host header is missing")
    }
    guard fields["transfer-encoding"] == nil else {
      return .malformed(.error(501, "Transfer-Encoding is not understood here"))
    }
    var bodyLength = 0
    if let text = fields["content-length"] {
      guard let length = Int(text), text.utf8.allSatisfy({ (48...57).contains($0) }) else {
        return malformed("Content-Length is not a number")
      }
      guard length <= maximumBody else { return .malformed(.error(413, "the body is over 64 KiB")) }
      bodyLength = length
    }
    guard buffer.count >= headEnd + bodyLength else { return .incomplete }
    let connection = fields["connection"]?.lowercased()
    let keepsAlive = words[2] == "HTTP/1.1" ? connection != "close" : connection == "keep-alive"
    let request = HTTPRequest(
      method: String(words[0]), path: String(words[1].prefix { $0 != "?" }),
      body: Array(buffer[headEnd..<headEnd + bodyLength]), keepsAlive: keepsAlive)
    return .request(request, length: headEnd + bodyLength)
  }

  private static func malformed(_ reason: String) -> Outcome { .malformed(.error(400, reason)) }

  /// The offset behind the empty line that ends the head.
  ///
  /// A start that cannot become a request line counts as a head of its own, so that garbage is answered at
  /// once and not after a timeout.
  private static func endOfHead(_ buffer: [UInt8]) -> Int? {
    var index = 0
    while index + 3 < buffer.count {
      if buffer[index] == 13, buffer[index + 1] == 10, buffer[index + 2] == 13, buffer[index + 3] == 10 {
        return index + 4
      }
      index += 1
    }
    if let lineEnd = buffer.firstIndex(of: 10) {
      let line = String(decoding: buffer[..<lineEnd], as: UTF8.self)
      if !line.hasSuffix("HTTP/1.1\r") && !line.hasSuffix("HTTP/1.0\r") { return buffer.count }
    }
    return nil
  }
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    var text = self
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }
}
