import Glibc

/// A single-threaded server on 127.0.0.1: `poll` over the clients, requests answered one after the other.
final class HTTPServer {
  private let listener: Int32
  private let stopping = StopSignal()
  private let clock = ContinuousClock()
  private var connections: [HTTPConnection] = []

  private static let maximumConnections = 64

  /// The port it listens on, chosen by the system when 0 was asked for.
  let port: Int

  /// Listens at once; from here on SIGTERM and SIGINT end `run` and not the process.
  init(port wanted: Int) throws(ExampleError) {
    let listener = try Self.listen(port: wanted)
    self.listener = listener
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let asked = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
    }
    guard asked == 0 else { throw .system("cannot learn the port") }
    port = Int(UInt16(bigEndian: address.sin_port))
    try stopping.install()
  }

  deinit { close(listener) }

  /// Serves until SIGTERM or SIGINT; answers that are on their way are sent first.
  func run(_ answer: (HTTPRequest) -> HTTPResponse) throws(ExampleError) {
    while true {
      let now = clock.now
      expire(now)
      let accepts = connections.count < Self.maximumConnections
      var entries = [
        pollfd(fd: stopping.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: accepts ? listener : -1, events: Int16(POLLIN), revents: 0),
      ]
      entries += connections.map { connection in
        let events = (connection.wantsToRead ? POLLIN : 0) | (connection.wantsToWrite ? POLLOUT : 0)
        return pollfd(fd: connection.descriptor, events: Int16(events), revents: 0)
      }
      let ready = poll(&entries, nfds_t(entries.count), connections.isEmpty ? -1 : 500)
      if ready < 0 {
        guard errno == EINTR else { throw .system("cannot wait for clients") }
        continue
      }
      if entries[0].revents != 0 { return flush() }
      let served = zip(connections, entries.dropFirst(2)).filter { connection, entry in
        Self.serve(connection, Int32(entry.revents), clock.now, answer)
      }
      connections = served.map(\.0)
      if entries[1].revents != 0 { accept() }
    }
  }

  /// False when the connection is done with.
  private static func serve(
    _ connection: HTTPConnection, _ events: Int32, _ now: ContinuousClock.Instant,
    _ answer: (HTTPRequest) -> HTTPResponse
  ) -> Bool {
    if events & (POLLERR | POLLNVAL) != 0 { return false }
    if events & (POLLIN | POLLHUP) != 0, connection.wantsToRead, !connection.receive(now: now, answer) {
      return false
    }
    if connection.wantsToWrite, !connection.send() { return false }
    return !connection.isClosing || connection.wantsToWrite
  }

  /// Tells a client that dawdles over its request so, and drops one that has nothing to say.
  private func expire(_ now: ContinuousClock.Instant) {
    connections.removeAll { connection in
      guard connection.deadline < now else { return false }
      guard connection.hasPartialRequest else { return true }
      connection.end(with: .error(408, "the request was not whole in time"))
      connection.extendDeadline(now: now)
      return !connection.send() || !connection.wantsToWrite
    }
  }

  /// Last words to the clients that were answered but could not take it all at once.
  private func flush() {
    for connection in connections where connection.wantsToWrite { _ = connection.send() }
    connections = []
  }

  private func accept() {
    let descriptor = Glibc.accept(listener, nil, nil)
    // A client that gave up between its call and our answer is no error of ours.
    guard descriptor >= 0 else { return }
    // Swift does not see accept4; nothing here starts processes, so setting the flags later leaks no
    // descriptor.
    guard fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
      close(descriptor)
      return
    }
    connections.append(HTTPConnection(descriptor: descriptor, now: clock.now))
  }

  private static func listen(port: Int) throws(ExampleError) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_INET, type, 0)
    guard descriptor >= 0 else { throw .system("cannot make a socket") }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, Glibc.listen(descriptor, 64) == 0 else {
      let number = errno
      close(descriptor)
      throw .system("cannot listen on 127.0.0.1:\(port)", number: number)
    }
    return descriptor
  }
}
