import Glibc
import Synchronization

/// An address to connect to.
struct SocketAddress: Sendable, CustomStringConvertible {
  /// The `sockaddr` of the kernel.
  let bytes: [UInt8]
  /// The numeric form without the port.
  let description: String

  init(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
    bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(length)))
    var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let result = getnameinfo(address, length, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
    let text = name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    description = result == 0 ? String(decoding: text, as: UTF8.self) : "?"
  }

  /// Opens a socket and begins to connect; the code is 0, `EINPROGRESS` or why not.
  ///
  /// The caller closes the socket unless it is -1.
  func startConnecting() -> (socket: Int32, code: Int32) {
    bytes.withUnsafeBytes { raw in
      guard let address = raw.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return (-1, EINVAL) }
      let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
      let descriptor = socket(Int32(address.pointee.sa_family), kind, 0)
      guard descriptor >= 0 else { return (-1, errno) }
      let result = Glibc.connect(descriptor, address, socklen_t(raw.count))
      return (descriptor, result == 0 ? 0 : errno)
    }
  }
}

/// One look-up of a name, which nothing can stop: whoever waits for it may leave before.
final class AddressLookup: Sendable {
  /// Why there is no address.
  struct Failure: Error { let text: String }

  private let outcome = Mutex<Result<[SocketAddress], Failure>>(.failure(Failure(text: "no answer yet")))
  private let finished: Wakeup

  /// Fires `finished` when `result` holds the answer.
  init(finished: Wakeup) { self.finished = finished }

  /// The addresses in the order of preference, without doubles.
  var result: Result<[SocketAddress], Failure> { outcome.withLock { $0 } }

  /// Looks the name up; blocks for as long as name servers take.
  func run(host: String, port: UInt16) {
    let answer = Self.lookUp(host, port)
    outcome.withLock { $0 = answer }
    finished.fire()
  }

  private static func lookUp(_ host: String, _ port: UInt16) -> Result<[SocketAddress], Failure> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else { return .failure(Failure(text: String(cString: gai_strerror(code)).lowercased())) }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr {
        let found = SocketAddress(address, length: entry.pointee.ai_addrlen)
        if !addresses.contains(where: { $0.bytes == found.bytes }) { addresses.append(found) }
      }
      next = entry.pointee.ai_next
    }
    return .success(addresses)
  }
}
