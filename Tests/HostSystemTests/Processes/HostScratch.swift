import FoundationEssentials
import Glibc
import HostSystem

/// A folder of its own for one test, removed with all it holds when the test lets go of it.
final class HostScratch: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/drplan-host-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw HostScratchFailure() }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    // A folder that stays behind in /tmp makes no test wrong.
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and gives its path.
  @discardableResult
  func write(_ text: String, to name: String, mode: mode_t = 0o600) throws -> String {
    let descriptor = open(file(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw HostScratchFailure() }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw HostScratchFailure() }
    fchmod(descriptor, mode)
    return file(name)
  }

  /// The text of a file, empty when there is none.
  func read(_ name: String) -> String {
    let descriptor = open(file(name), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  func exists(_ name: String) -> Bool { access(file(name), F_OK) == 0 }
}

struct HostScratchFailure: Error {
  let code = errno
}

/// Looks at a condition until it holds; false when it still does not after half a minute.
func eventually(_ condition: @Sendable () async -> Bool) async -> Bool {
  let clock = HostClock()
  let deadline = clock.uptime + .seconds(90)
  while clock.uptime < deadline {
    if await condition() { return true }
    // Cancellation of a test only makes it look again sooner.
    try? await clock.sleep(for: .milliseconds(10))
  }
  return await condition()
}
