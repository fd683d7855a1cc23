import Glibc

/// One client: what it sent so far, what it still has to be sent, and until when it may take its time.
final class HTTPConnection {
  let descriptor: Int32
  private(set) var deadline: ContinuousClock.Instant
  /// The connection ends as soon as its output is sent.
  private(set) var isClosing = false
  private var input: [UInt8] = []
  private var output: ArraySlice<UInt8> = []

  /// A request has to be whole, and an answer taken, within this time.
  private static let patience = Duration.seconds(10)
  /// A client that reads nothing gets no further answers past this.
  private static let maximumOutput = 1 << 20

  /// Takes over the descriptor, which must not block.
  init(descriptor: Int32, now: ContinuousClock.Instant) {
    self.descriptor = descriptor
    deadline = now + Self.patience
  }

  deinit { close(descriptor) }

  var wantsToWrite: Bool { !output.isEmpty }
  var wantsToRead: Bool { !isClosing && output.count < Self.maximumOutput }
  var isIdle: Bool { input.isEmpty && output.isEmpty }

  /// Reads what is there and answers each whole request; false when the client is gone.
  func receive(now: ContinuousClock.Instant, _ answer: (HTTPRequest) -> HTTPResponse) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    if count < 0 { return errno == EAGAIN || errno == EINTR }
    guard count > 0 else { return false }
    if isIdle { deadline = now + Self.patience }
    input.append(contentsOf: buffer[..<count])
    while !isClosing {
      switch HTTPRequestParser.parse(input) {
      case .incomplete: return true
      case .malformed(let response): end(with: response)
      case .request(let request, let length):
        input.removeFirst(length)
        deadline = now + Self.patience
        isClosing = !request.keepsAlive
        output += answer(request).bytes(keepsAlive: request.keepsAlive, withBody: request.method != "HEAD")
      }
    }
    return true
  }

  /// Sends what the client takes now; false when it is gone.
  func send() -> Bool {
    let count = output.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    if count < 0 { return errno == EAGAIN || errno == EINTR }
    output = output.dropFirst(count)
    return true
  }

  /// Answers once more and closes.
  func end(with response: HTTPResponse) {
    input = []
    isClosing = true
    output += response.bytes(keepsAlive: false)
  }

  /// Whether a request was begun and not finished.
  var hasPartialRequest: Bool { !input.isEmpty && !isClosing }

  /// Gives the client as long again, once, to take a last answer.
  func extendDeadline(now: ContinuousClock.Instant) { deadline = now + .seconds(1) }
}
