import BackendKit
import Declarations
import Glibc

/// Small files of services and channels.
///
/// Every call blocks: only for threads of their own.
enum HostFile {
  /// The content of a file up to `limit` bytes; nil when there is no such file.
  static func read(_ path: String, limit: Int) throws(StepFailure) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw failure("`\(path)` could not be opened", errno)
    }
    defer { close(descriptor) }
    return try readAll(descriptor, path, limit: limit)
  }

  /// The last bytes of a file, at most `limit`, beginning not before `offset`; nil when it cannot be read.
  static func tail(_ path: String, limit: Int, from offset: Int64 = 0) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let size = Int64(lseek(descriptor, 0, SEEK_END))
    // A file shorter than the offset was cut since: then all of it is new.
    let start = max(offset <= size ? offset : 0, size - Int64(limit))
    lseek(descriptor, off_t(start), SEEK_SET)
    // What cannot be read of a log is missing from a message, no more.
    return try? readAll(descriptor, path, limit: limit)
  }

  /// Size of a file; 0 when there is none.
  static func size(_ path: String) -> Int64 { status(path).map { Int64($0.st_size) } ?? 0 }

  /// Permission bits of a file; nil when there is none.
  static func permissions(_ path: String) -> UInt32? { status(path).map { $0.st_mode & 0o7777 } }

  /// When a file was last written, in seconds since the epoch; nil when there is none.
  static func writtenAt(_ path: String) -> Int64? { status(path).map { Int64($0.st_mtim.tv_sec) } }

  /// Whether `path` is a folder in which files can be made.
  static func isWritableFolder(_ path: String) -> Bool {
    guard let status = status(path), status.st_mode & S_IFMT == S_IFDIR else { return false }
    return access(path, W_OK | X_OK) == 0
  }

  /// Whether `path` is a file that can be executed.
  static func isExecutable(_ path: String) -> Bool {
    guard let status = status(path), status.st_mode & S_IFMT == S_IFREG else { return false }
    return access(path, X_OK) == 0
  }

  /// Whether an existing file can be written to.
  static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

  /// Whether there is anything at `path`.
  static func exists(_ path: String) -> Bool { status(path) != nil }

  /// Makes a folder with those above it, where they are missing.
  static func makeFolders(_ path: String) throws(StepFailure) {
    guard path != "/", !exists(path) else { return }
    try makeFolders(PathText.parent(of: path))
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw failure("the folder `\(path)` could not be made", errno)
    }
  }

  /// Replaces a file in one step; durable when it returns.
  static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o644) throws(StepFailure) {
    let temporary = "\(path).\(getpid()).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw failure("`\(temporary)` could not be made", errno) }
    do throws(StepFailure) {
      defer { close(descriptor) }
      try write(bytes, to: descriptor, path)
      guard fsync(descriptor) == 0 else { throw failure("`\(path)` could not be synced", errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let reason = errno
      unlink(temporary)
      throw failure("`\(path)` could not be replaced", reason)
    }
    try syncFolder(of: path)
  }

  /// Appends to a file, made with mode 0600 if need be, in one write; durable when it returns.
  static func append(_ bytes: [UInt8], to path: String) throws(StepFailure) {
    let isNew = !exists(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("`\(path)` could not be opened for writing", errno) }
    defer { close(descriptor) }
    try write(bytes, to: descriptor, path)
    // A pipe or terminal has nothing to sync.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw failure("`\(path)` could not be synced", errno)
    }
    if isNew { try syncFolder(of: path) }
  }

  /// Removes a file; no such file is fine.
  static func remove(_ path: String) throws(StepFailure) {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("`\(path)` could not be removed", errno) }
  }

  /// A file that is begun anew and then only grows; closed when its owner goes.
  final class Appender: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Opens the file with mode 0600, and makes the folders above it if need be.
    ///
    /// Blocks.
    init(_ path: String) throws(StepFailure) {
      try HostFile.makeFolders(PathText.parent(of: path))
      descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
      self.path = path
      guard descriptor >= 0 else { throw HostFile.failure("`\(path)` could not be made", errno) }
    }

    deinit { close(descriptor) }

    /// Adds to the end.
    ///
    /// Blocks.
    func write(_ bytes: [UInt8]) throws(StepFailure) { try HostFile.write(bytes, to: descriptor, path) }
  }

  private static func syncFolder(of path: String) throws(StepFailure) {
    let folder = PathText.parent(of: path)
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("the folder `\(folder)` could not be opened", errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("the folder `\(folder)` could not be synced", errno) }
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }

  private static func readAll(_ descriptor: Int32, _ path: String, limit: Int) throws(StepFailure) -> [UInt8]
  {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while content.count < limit {
      let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - content.count))
      if count == 0 { break }
      if count > 0 {
        content += buffer[..<count]
      } else if errno != EINTR {
        throw failure("`\(path)` could not be read", errno)
      }
    }
    return content
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(StepFailure) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw failure("`\(path)` could not be written", errno)
      }
    }
  }

  private static func failure(_ fact: String, _ code: Int32) -> StepFailure {
    var buffer = [CChar](repeating: 0, count: 256)
    let isKnown = strerror_r(code, &buffer, buffer.count) == 0
    let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return StepFailure(.system, "\(fact): \(isKnown ? text.lowercased() : "error \(code)")")
  }
}
