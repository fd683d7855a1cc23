import Glibc
import Values

/// A TCP connection that stood for a moment.
public struct TCPProbeResult: Sendable, Hashable {
  /// The numeric address that answered.
  public let address: String
  /// From the call until the connection stood, name look-up included.
  public let elapsed: Duration
}

/// Why no TCP connection stood.
public struct TCPProbeError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Kind: Sendable, Hashable {
    /// The name of the host has no address, or no name server answered.
    case notResolved
    /// Every address refused or cannot be reached.
    case notConnected
    /// Nothing answered in time.
    case timedOut
    /// The task was cancelled.
    case cancelled
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// For people: the host and port, then the reason, for several addresses that of each.
  public let description: String
}

/// Looks whether somebody accepts TCP connections.
public enum TCPProbe {
  /// Connects to all addresses of the host at once and closes again; the first that accepts is the answer.
  ///
  /// `timeout` covers the look-up of the name too; one that hangs is left to end by itself on its own thread.
  public static func connect(
    host: String, port: UInt16, timeout: Duration
  ) async throws(TCPProbeError) -> TCPProbeResult {
    let target = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    guard let cancelled = Wakeup(), let resolved = Wakeup() else {
      throw TCPProbeError(kind: .notConnected, description: "`\(target)`: \(kernelErrorText(errno))")
    }
    let outcome: Result<TCPProbeResult, TCPProbeError> = await withTaskCancellationHandler {
      await runBlocking {
        Result { () throws(TCPProbeError) in
          let attempt = Attempt(target: target, timeout: timeout, cancelled: cancelled)
          return try attempt.connect(to: try attempt.addresses(of: host, port: port, resolved: resolved))
        }
      }
    } onCancel: {
      cancelled.fire()
    }
    return try outcome.get()
  }
}

/// One probe, on a thread that may block.
private struct Attempt {
  let target: String
  let timeout: Duration
  let cancelled: Wakeup
  private let clock = HostClock()
  private let started: Duration

  init(target: String, timeout: Duration, cancelled: Wakeup) {
    self.target = target
    self.timeout = timeout
    self.cancelled = cancelled
    started = clock.uptime
  }

  func addresses(of host: String, port: UInt16, resolved: Wakeup) throws(TCPProbeError) -> [SocketAddress] {
    let lookup = AddressLookup(finished: resolved)
    BlockingExecutor.shared.submit { lookup.run(host: host, port: port) }
    var watched = [pollfd(fd: resolved.descriptor, events: Int16(POLLIN), revents: 0)]
    try wait(for: &watched)
    switch lookup.result {
    case .success(let addresses): return addresses
    case .failure(let failure): throw error(.notResolved, "the name could not be resolved: \(failure.text)")
    }
  }

  func connect(to addresses: [SocketAddress]) throws(TCPProbeError) -> TCPProbeResult {
    var failures: [String] = []
    var sockets: [Int32] = []
    var pending: [(address: SocketAddress, watched: pollfd)] = []
    defer { for socket in sockets { close(socket) } }
    for address in addresses {
      let (socket, code) = address.startConnecting()
      if socket >= 0 { sockets.append(socket) }
      switch code {
      case 0: return result(address)
      case EINPROGRESS: pending.append((address, pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)))
      default: failures.append("\(address): \(kernelErrorText(code))")
      }
    }
    while !pending.isEmpty {
      var watched = pending.map(\.watched)
      try wait(for: &watched)
      for (index, entry) in watched.enumerated().reversed() where entry.revents != 0 {
        let address = pending.remove(at: index).address
        var (code, size): (Int32, socklen_t) = (0, socklen_t(MemoryLayout<Int32>.size))
        getsockopt(entry.fd, SOL_SOCKET, SO_ERROR, &code, &size)
        guard code != 0 else { return result(address) }
        failures.append("\(address): \(kernelErrorText(code))")
      }
    }
    throw error(.notConnected, "could not connect (\(failures.sorted().joined(separator: ", ")))")
  }

  /// Returns when one of the descriptors has something to say.
  private func wait(for watched: inout [pollfd]) throws(TCPProbeError) {
    let deadline = started + timeout
    watched.append(pollfd(fd: cancelled.descriptor, events: Int16(POLLIN), revents: 0))
    defer { watched.removeLast() }
    while true {
      let ready = poll(&watched, nfds_t(watched.count), pollMilliseconds(until: deadline, now: clock.uptime))
      if watched.last?.revents != 0 { throw error(.cancelled, "the probe was cancelled") }
      if ready > 0 { return }
      if ready == 0, clock.uptime >= deadline {
        throw error(.timedOut, "no answer within \(timeout.planText)")
      }
    }
  }

  private func result(_ address: SocketAddress) -> TCPProbeResult {
    TCPProbeResult(address: address.description, elapsed: clock.uptime - started)
  }

  private func error(_ kind: TCPProbeError.Kind, _ reason: String) -> TCPProbeError {
    TCPProbeError(kind: kind, description: "`\(target)`: \(reason)")
  }
}
