import FoundationEssentials
import Glibc
import HostSystem
import Synchronization

/// A folder of its own with a state directory, in which a test types command lines.
///
/// Everything that was started in it, services included, is ended and the folder removed when the session is over.
public final class CLISession: Sendable {
  /// The folder; command lines start in it.
  public let directory: String
  private let count = Mutex(0)

  /// Runs `body` in a session; a few sessions at a time, so that a small machine stays quick.
  public static func run<Result: Sendable>(
    _ body: @Sendable (CLISession) async throws -> Result
  ) async throws -> Result {
    await CLIGate.shared.enter()
    do {
      let session = try CLISession()
      defer { session.end() }
      let result = try await body(session)
      await CLIGate.shared.leave()
      return result
    } catch {
      await CLIGate.shared.leave()
      throw error
    }
  }

  /// Runs `body` in a session that begins with what stands in this one, and takes no place of its own at the gate.
  ///
  /// In memory where the system has room for it, because what many such sessions sync need not reach a disk.
  public func inCopy<Result: Sendable>(
    _ body: @Sendable (CLISession) async throws -> Result
  ) async throws -> Result {
    let session = try CLISession(in: access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")
    defer { session.end() }
    let names = names(in: ".").filter { $0 != ".streams" }
    let copying = try start(program: "/usr/bin/cp", ["-a"] + names + [session.directory])
    guard try await copying.wait().status == 0 else { throw CLIFailure("no copy of \(directory)") }
    return try await body(session)
  }

  private init(in parent: String = "/tmp") throws {
    var template = Array("\(parent)/drplan-cli-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw CLIFailure("no folder for a session: error \(errno)") }
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private func end() {
    for pid in processes { kill(pid, SIGKILL) }
    // A folder that stays behind in /tmp makes no test wrong.
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// The path of a file of the session.
  public func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// The state directory of its command lines.
  public var state: String { path("state") }

  /// Writes a file, making its folders, and gives its path.
  @discardableResult
  public func write(_ bytes: some Sequence<UInt8>, to name: String, mode: UInt32 = 0o644) throws -> String {
    let file = path(name)
    let folder = String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)])
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: file))
    chmod(file, mode)
    return file
  }

  /// Writes a file, making its folders, and gives its path.
  @discardableResult
  public func write(_ text: String, to name: String, mode: UInt32 = 0o644) throws -> String {
    try write(text.utf8, to: name, mode: mode)
  }

  /// The text of a file, empty when there is none.
  public func read(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

  /// The bytes of a file, none when there is none.
  public func bytes(_ name: String) -> [UInt8] {
    FileManager.default.contents(atPath: path(name)).map(Array.init) ?? []
  }

  /// Whether there is such a file.
  public func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// The names in a folder, sorted; none when there is no such folder.
  public func names(in folder: String) -> [String] {
    // A folder that is not there has no names.
    ((try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []).sorted()
  }

  /// Starts a program of this package in the session's folder.
  public func start(
    _ arguments: [String], environment: [String: String] = [:], streams: CLIProcess.Streams = .captured,
    program: CLIProgram = .drplan
  ) throws -> CLIProcess {
    try start(program: program.path, arguments, environment: environment, streams: streams)
  }

  /// Starts any program in the session's folder.
  public func start(
    program: String, _ arguments: [String], environment: [String: String] = [:],
    streams: CLIProcess.Streams = .captured
  ) throws -> CLIProcess {
    var variables = [
      "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": directory,
      "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "xterm", "DRPLAN_STATE": state, "TMPDIR": "/tmp",
      "SWIFT_BACKTRACE": "enable=no", Self.mark: directory,
    ]
    variables.merge(environment) { _, own in own }
    let number = count.withLock { count in
      count += 1
      return count
    }
    try FileManager.default.createDirectory(
      atPath: path(".streams"), withIntermediateDirectories: true)
    return try CLIProcess(
      [program] + arguments, environment: variables.map { "\($0.key)=\($0.value)" }.sorted(),
      directory: directory, streams: streams, scratch: path(".streams/\(number)"))
  }

  /// Runs drplan to its end.
  public func drplan(
    _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> CLIResult {
    try await start(arguments, environment: environment).wait()
  }

  /// Every living process that was started in this session, by whomever.
  public var processes: [Int32] {
    let own = Array("\(Self.mark)=\(directory)".utf8)
    // Without /proc there is nothing to find.
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { Int32($0) }.filter { pid in
      guard let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else {
        return false
      }
      return environment.split(separator: 0).contains { $0.elementsEqual(own) }
    }
  }

  private static let mark = "DRPLAN_TEST_SESSION"
}

/// Lets a few sessions run at once.
actor CLIGate {
  static let shared = CLIGate(3)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ places: Int) { free = places }

  func enter() async {
    guard free == 0 else {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
