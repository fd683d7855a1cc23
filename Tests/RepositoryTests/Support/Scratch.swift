import BackendKit
import Glibc
import HostSystem
import Values

@testable import Repository

/// A directory for one test, removed when the test lets go of it.
final class Scratch: Sendable {
  let path: String

  init(in parent: String = "/tmp") {
    path = "\(parent)/drplan-test-\(RandomBytes.hex(16))"
    precondition(mkdir(path, 0o700) == 0, "cannot make \(path)")
  }

  deinit {
    do { try FileTree.remove(path) } catch { fatalError("cannot remove \(path): \(error)") }
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}

/// Makes files in a tree by their raw names.
struct TreeMaker {
  let root: String

  init(_ root: String) {
    self.root = root
    precondition(mkdir(root, 0o755) == 0, "cannot make \(root)")
  }

  func path(_ name: [UInt8]) -> [CChar] {
    (Array(root.utf8) + [47] + name + [0]).map { CChar(bitPattern: $0) }
  }

  func directory(_ name: String, mode: UInt32 = 0o755) {
    precondition(mkdir(path(Array(name.utf8)), mode) == 0, "cannot make \(name)")
    chmod(path(Array(name.utf8)), mode)
  }

  func file(_ name: String, _ content: [UInt8], mode: UInt32 = 0o644, modified: Int64? = nil) {
    file(Array(name.utf8), content, mode: mode, modified: modified)
  }

  func file(_ name: [UInt8], _ content: [UInt8], mode: UInt32 = 0o644, modified: Int64? = nil) {
    let descriptor = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(descriptor >= 0, "cannot make \(String(decoding: name, as: UTF8.self))")
    content.withUnsafeBytes { precondition(write(descriptor, $0.baseAddress, $0.count) == $0.count) }
    fchmod(descriptor, mode)
    close(descriptor)
    if let modified { setTime(name, modified) }
  }

  func link(_ name: String, to target: String) {
    precondition(symlink(target, root + "/" + name) == 0, "cannot link \(name)")
  }

  func hardLink(_ name: String, to existing: String) {
    precondition(Glibc.link(root + "/" + existing, root + "/" + name) == 0, "cannot link \(name)")
  }

  /// A file of `size` bytes with data only at the given offsets.
  func sparse(_ name: String, size: Int64, data: [(offset: Int64, bytes: [UInt8])]) {
    let descriptor = open(root + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o640)
    precondition(descriptor >= 0 && ftruncate(descriptor, Int(size)) == 0)
    for piece in data {
      piece.bytes.withUnsafeBytes {
        precondition(pwrite(descriptor, $0.baseAddress, $0.count, Int(piece.offset)) == $0.count)
      }
    }
    close(descriptor)
  }

  func setTime(_ name: [UInt8], _ nanoseconds: Int64) {
    var seconds = nanoseconds / 1_000_000_000
    var rest = nanoseconds % 1_000_000_000
    if rest < 0 { (seconds, rest) = (seconds - 1, rest + 1_000_000_000) }
    let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
    precondition(utimensat(AT_FDCWD, path(name), [time, time], AT_SYMLINK_NOFOLLOW) == 0)
  }
}

/// Repeatable random numbers (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count + 8)
    while result.count < count { withUnsafeBytes(of: next()) { result.append(contentsOf: $0) } }
    result.removeLast(result.count - count)
    return result
  }

  /// Compresses about as well as text.
  mutating func text(_ count: Int) -> [UInt8] {
    let words = ["order ", "paid ", "pending ", "2026-11-20 ", "customer ", "42 ", "\n", "berlin ", "null,"]
    var result: [UInt8] = []
    while result.count < count { result += Array(words[Int(next() % UInt64(words.count))].utf8) }
    return Array(result.prefix(count))
  }
}

extension RepositoryOptions {
  /// Many small blocks and packs, so that small trees meet every boundary.
  static func small(block: Int = 4096, pack: Int64 = 32 << 10) -> RepositoryOptions {
    var options = RepositoryOptions()
    options.workers = 3
    options.packedBlock = block
    options.packTarget = pack
    return options
  }
}

/// A repository beside a source, and the usual calls.
struct Fixture {
  let scratch: Scratch
  let repository: DirectoryRepository
  let database: DatabaseID

  init(options: RepositoryOptions = .small(), scratch: Scratch = Scratch()) {
    guard let database = DatabaseID("orders") else { preconditionFailure("a good name") }
    self.scratch = scratch
    self.database = database
    repository = DirectoryRepository(
      path: scratch("repo"), tool: "drplan test", now: { Timestamp(seconds: 1_795_000_000) }, options: options
    )
  }

  var layout: RepositoryLayout { RepositoryLayout(root: scratch("repo")) }

  func source(_ root: String, at seconds: Int64 = 1_794_999_000) -> SnapshotSource {
    SnapshotSource(
      database: database, engine: "Files", root: root, startedAt: Timestamp(seconds: seconds),
      consistentAt: Timestamp(seconds: seconds),
      facts: SnapshotFacts(rowCounts: ["orders": 12], identity: ["host": "test"]))
  }

  func backUp(_ root: String, at seconds: Int64 = 1_794_999_000) async throws -> SnapshotRecord {
    try await repository.backUp(source(root, at: seconds)) { _ in }
  }

  func restore(_ record: SnapshotRecord, into name: String = "restored") async throws -> RestoreSummary {
    try await repository.restore(record.id, of: database, into: scratch(name)) { _ in }
  }

  /// The error of a restore that must fail; whatever the failure, nothing may be left of it.
  func restoreFailure(_ record: SnapshotRecord, into name: String = "failed") async -> SnapshotError? {
    do {
      _ = try await restore(record, into: name)
      return nil
    } catch let error as SnapshotError {
      return access(scratch(name), F_OK) == 0 && error.code != .targetExists
        ? SnapshotError(.io, "the staging directory was left behind") : error
    } catch { return SnapshotError(.io, "\(error)") }
  }

  var packPaths: [String] { get throws { try find(layout.root + "/packs") } }
  var manifestPaths: [String] { get throws { try find(layout.root + "/manifests") } }

  func find(_ directory: String) throws -> [String] {
    try DirectoryReader.names(in: FileDescriptor.directory(directory), path: directory).flatMap { outer in
      let path = directory + "/" + String(decoding: outer, as: UTF8.self)
      return try DirectoryReader.names(in: FileDescriptor.directory(path), path: path)
        .map { path + "/" + String(decoding: $0, as: UTF8.self) }
    }
  }
}

/// Overwrites a whole file in place.
func overwrite(_ path: String, _ bytes: [UInt8]) {
  let descriptor = open(path, O_WRONLY | O_TRUNC)
  precondition(descriptor >= 0, "cannot open \(path)")
  bytes.withUnsafeBytes { precondition(write(descriptor, $0.baseAddress, $0.count) == $0.count) }
  close(descriptor)
}

/// Runs a command through the shell; its exit status and whatever it printed.
func shell(_ command: String) -> (status: Int32, output: String) {
  let output = "/tmp/drplan-shell-\(RandomBytes.hex(16))"
  defer { unlink(output) }
  var pid: pid_t = 0
  let arguments: [UnsafeMutablePointer<CChar>?] = [
    strdup("/bin/sh"), strdup("-c"), strdup("(\(command)) >\(output) 2>&1"), nil,
  ]
  defer { for argument in arguments { free(argument) } }
  guard posix_spawn(&pid, "/bin/sh", nil, nil, arguments, environ) == 0 else { return (127, "cannot spawn") }
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
  let text = (try? DurableFile.read(output, limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  return (status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f, text)
}
