import Glibc

@testable import HostSystem

/// A server on 127.0.0.1 that answers each connection with what a function makes of the request's text.
///
/// A connection is closed after its answer; with a nil answer it stays open in silence.
final class TinyServer: Sendable {
  let port: UInt16
  private let listener: Int32

  init(_ answer: @escaping @Sendable (String) -> String?) throws {
    let descriptor: Int32
    (descriptor, port) = try Self.bound()
    guard listen(descriptor, 16) == 0 else { throw HostScratchFailure() }
    listener = descriptor
    BlockingExecutor.shared.submit {
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else {
          close(descriptor)
          return
        }
        BlockingExecutor.shared.submit { Self.serve(connection, answer) }
      }
    }
  }

  // Ends `accept` in the thread that waits there, which then closes.
  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  var url: String { "http://127.0.0.1:\(port)" }

  /// A port of 127.0.0.1 on which nobody listens and which nobody else gets: it stays bound.
  static func closedPort() throws -> UInt16 { try bound().port }

  static func bound() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw HostScratchFailure() }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, size) != 0 || getsockname(descriptor, pointer, &size) != 0
      }
    }
    guard !failed else { throw HostScratchFailure() }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  private static func serve(_ connection: Int32, _ answer: (String) -> String?) {
    defer { close(connection) }
    var request: [UInt8] = []
    while !isComplete(String(decoding: request, as: UTF8.self)) {
      var piece = [UInt8](repeating: 0, count: 4096)
      let count = recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return }
      request += piece.prefix(count)
    }
    guard let text = answer(String(decoding: request, as: UTF8.self)) else {
      // Until the other side leaves.
      var byte: UInt8 = 0
      while recv(connection, &byte, 1, 0) > 0 {}
      return
    }
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  private static func isComplete(_ request: String) -> Bool {
    let lines = request.split(separator: "\r\n", omittingEmptySubsequences: false)
    guard let end = lines.firstIndex(of: ""), end > 0 else { return false }
    let length = lines[..<end].first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { Int($0.dropFirst(15).filter { $0 != " " }) }
    return lines[(end + 1)...].joined(separator: "\r\n").utf8.count >= length ?? 0
  }
}
