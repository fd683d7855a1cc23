import Glibc
import Testing

@testable import HostSystem

@Suite struct TCPProbeTests {
  private func failure(_ host: String, _ port: UInt16, _ timeout: Duration = .seconds(30)) async
    -> TCPProbeError?
  {
    do throws(TCPProbeError) {
      _ = try await TCPProbe.connect(host: host, port: port, timeout: timeout)
      return nil
    } catch { return error }
  }

  @Test func anAcceptingServerIsFound() async throws {
    let server = try TinyServer { _ in nil }
    let result = try await TCPProbe.connect(host: "127.0.0.1", port: server.port, timeout: .seconds(30))
    #expect(result.address == "127.0.0.1")
  }

  @Test func anyAddressOfANameWillDo() async throws {
    let server = try TinyServer { _ in nil }
    // `localhost` may be ::1 too, where this server does not listen.
    let result = try await TCPProbe.connect(host: "localhost", port: server.port, timeout: .seconds(30))
    #expect(result.address == "127.0.0.1")
  }

  @Test func aRefusalNamesAddressAndReason() async throws {
    let port = try TinyServer.closedPort()
    let error = await failure("127.0.0.1", port)
    #expect(error?.kind == .notConnected)
    #expect(error?.description == "`127.0.0.1:\(port)`: could not connect (127.0.0.1: connection refused)")
  }

  @Test func aNameWithoutAnAddressIsSaid() async {
    let error = await failure("no-such-host.invalid", 80)
    #expect(error?.kind == .notResolved)
    #expect(error?.description.hasPrefix("`no-such-host.invalid:80`: the name could not be resolved") == true)
  }

  /// A listener whose queue is full answers nobody, like a host that is gone.
  @Test func silenceEndsAtTheTimeLimit() async throws {
    let full = try FullListener()
    let error = await failure("127.0.0.1", full.port, .milliseconds(100))
    #expect(error?.kind == .timedOut)
    #expect(error?.description == "`127.0.0.1:\(full.port)`: no answer within 100ms")
  }

  @Test func cancellationEndsTheProbe() async throws {
    let full = try FullListener()
    let task = Task { await failure("127.0.0.1", full.port, .seconds(600)) }
    task.cancel()
    #expect(await task.value?.kind == .cancelled)
  }

  /// Listens without ever accepting, its queue taken by connections of its own.
  private final class FullListener: Sendable {
    let port: UInt16
    private let sockets: [Int32]

    init() throws {
      let (listener, port) = try TinyServer.bound()
      guard listen(listener, 0) == 0 else { throw HostScratchFailure() }
      self.port = port
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      sockets =
        [listener]
        + (0..<4).map { _ in
          let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
          let descriptor = socket(AF_INET, kind, 0)
          withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
              _ = connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
          }
          return descriptor
        }
    }

    deinit { for descriptor in sockets { close(descriptor) } }
  }
}
