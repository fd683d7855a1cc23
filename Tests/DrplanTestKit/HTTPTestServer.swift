import Glibc
import HostSystem
import Synchronization

/// A real HTTP server on a loopback port that misbehaves as told.
///
/// Answers follow the script, one a connection; the last one is repeated. It reads each request whole before it does
/// anything, and closes the connection after it. Call `stop` when done: it ends what hangs.
public final class HTTPTestServer: Sendable {
  /// What to do with a request.
  public enum Behaviour: Sendable {
    /// Answers.
    case answer(Int, body: String = "")
    /// Answers with a redirection to that address.
    case redirect(to: String)
    /// Answers, with a pause before each byte.
    case slow(Int, milliseconds: Int)
    /// Takes the request and never answers.
    case hang
    /// Ends the connection with a TCP reset.
    case reset
    /// Ends the connection without an answer.
    case close
    /// Answers with something that is not HTTP.
    case garbage
  }

  /// A request as it came.
  public struct Request: Sendable {
    /// `POST`.
    public var method: String
    /// The path with its query.
    public var path: String
    /// Headers, names in lower case.
    public var headers: [String: String]
    /// The body.
    public var body: String
  }

  private struct State {
    var script: [Behaviour]
    var requests: [Request] = []
    var connections: Set<Int32> = []
    var isStopped = false
  }

  /// The port it listens on.
  public let port: UInt16
  private let listener: Int32
  private let state: Mutex<State>

  /// Starts to listen on a free port of 127.0.0.1.
  public init(_ script: Behaviour...) throws(HTTPTestServerError) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw HTTPTestServerError("socket", errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        bind(descriptor, raw, size) == 0 && listen(descriptor, 64) == 0
          && getsockname(descriptor, raw, &size) == 0
      }
    }
    guard isBound else {
      Glibc.close(descriptor)
      throw HTTPTestServerError("bind", errno)
    }
    port = UInt16(bigEndian: address.sin_port)
    listener = descriptor
    state = Mutex(State(script: script))
    // Awaited by nobody: it ends when `stop` closes the listener, on a thread of its own.
    onOwnThread { [self] in acceptAll() }
  }

  /// An address on this server.
  public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

  /// What came so far, in the order of arrival.
  public var requests: [Request] { state.withLock { $0.requests } }

  /// Ends the server and every connection.
  public func stop() {
    state.withLock { state in
      state.isStopped = true
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func acceptAll() {
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { break }
      _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
      let isOpen = state.withLock { state in
        guard !state.isStopped else { return false }
        state.connections.insert(connection)
        return true
      }
      guard isOpen else {
        Glibc.close(connection)
        break
      }
      // Ends with its connection.
      onOwnThread { [self] in serve(connection) }
    }
    Glibc.close(listener)
  }

  private func serve(_ connection: Int32) {
    defer {
      state.withLock { _ = $0.connections.remove(connection) }
      Glibc.close(connection)
    }
    guard let request = read(connection) else { return }
    let behaviour = state.withLock { state -> Behaviour in
      state.requests.append(request)
      return state.script.count > 1 ? state.script.removeFirst() : state.script.first ?? .close
    }
    switch behaviour {
    case .answer(let status, let body): write(Self.answer(status, body: body), connection)
    case .redirect(let target):
      write(Self.answer(302, headers: "Location: \(target)\r\n", body: ""), connection)
    case .slow(let status, let milliseconds):
      for byte in Self.answer(status, body: "slow").utf8 {
        var nothing = pollfd(fd: connection, events: Int16(POLLHUP), revents: 0)
        // A connection that the other side gave up ends the wait.
        if poll(&nothing, 1, Int32(milliseconds)) > 0 { return }
        guard write([byte], connection) else { return }
      }
    case .hang:
      var byte: UInt8 = 0
      while recv(connection, &byte, 1, 0) > 0 {}
    case .reset:
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    case .close: return
    case .garbage: write("220 mail.example ESMTP\r\n", connection)
    }
  }

  private static func answer(_ status: Int, headers: String = "", body: String) -> String {
    "HTTP/1.1 \(status) Status\r\n\(headers)Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
  }

  private func write(_ text: String, _ connection: Int32) { _ = write(Array(text.utf8), connection) }

  private func write(_ bytes: [UInt8], _ connection: Int32) -> Bool {
    send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  private func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      if let request = Self.parse(bytes) { return request }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }

  /// Nil until the request is there whole.
  private static func parse(_ bytes: [UInt8]) -> Request? {
    let blank = Array("\r\n\r\n".utf8)
    guard bytes.count >= blank.count,
      let end = (0...(bytes.count - blank.count)).first(where: { bytes[$0..<$0 + 4].elementsEqual(blank) })
    else { return nil }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count == 3 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let sides = line.split(separator: ":", maxSplits: 1)
      if sides.count == 2 { headers[sides[0].lowercased()] = String(sides[1].drop { $0 == " " }) }
    }
    let body = bytes[(end + 4)...]
    guard body.count >= headers["content-length"].flatMap({ Int($0) }) ?? 0 else { return nil }
    return Request(
      method: String(words[0]), path: String(words[1]), headers: headers,
      body: String(decoding: body, as: UTF8.self))
  }
}

/// The test server could not be started.
public struct HTTPTestServerError: Error, CustomStringConvertible {
  /// The call and its error number.
  public let description: String

  init(_ call: String, _ code: Int32) { description = "\(call): error \(code)" }
}
