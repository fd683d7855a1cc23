import CSystemShims
import Glibc

/// An open file, owned: closed when the value ends.
///
/// Every descriptor is opened close-on-exec. Reads and writes retry after signals and continue after short counts.
public struct FileDescriptor: ~Copyable, Sendable {
  /// The number for calls that have no wrapper here; never close it.
  public let number: Int32

  /// Takes ownership of an open descriptor.
  public init(owning number: Int32) { self.number = number }

  deinit { _ = Glibc.close(number) }

  /// Opens `path`; a file that is made gets `mode`.
  public static func open(
    _ path: String, _ access: Access = .readOnly, mode: UInt32 = 0o600
  ) throws(FileError) -> FileDescriptor {
    while true {
      let number = Glibc.open(path, access.rawValue | O_CLOEXEC, mode)
      if number >= 0 { return FileDescriptor(owning: number) }
      if errno != EINTR { throw .current("open", path) }
    }
  }

  /// Opens the directory `path`, itself not through a symbolic link when `following` is false.
  public static func directory(_ path: String, following: Bool = true) throws(FileError) -> FileDescriptor {
    try open(path, following ? .directory : [.directory, .noFollow])
  }

  /// Type, size, times and the rest.
  public func status(path: String) throws(FileError) -> FileStatus {
    var raw = stat()
    guard fstat(number, &raw) == 0 else { throw .current("stat", path) }
    return FileStatus(raw)
  }

  /// Reads until `buffer` is full or the file ends; the number of bytes read.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64, path: String
  ) throws(FileError) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    var done = 0
    while done < buffer.count {
      let count = pread(number, base + done, buffer.count - done, Int(offset) + done)
      if count < 0 {
        if errno == EINTR { continue }
        throw .current("read", path)
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Writes all of `buffer` at `offset`.
  public func write(_ buffer: UnsafeRawBufferPointer, at offset: Int64, path: String) throws(FileError) {
    guard let base = buffer.baseAddress else { return }
    var done = 0
    while done < buffer.count {
      let count = pwrite(number, base + done, buffer.count - done, Int(offset) + done)
      if count < 0 {
        if errno == EINTR { continue }
        throw .current("write", path)
      }
      done += count
    }
  }

  /// Waits until content and metadata are on the device.
  public func sync(path: String) throws(FileError) {
    guard fsync(number) == 0 else { throw .current("sync", path) }
  }

  /// Waits until everything written to the whole file system of this file is on its device.
  public func syncFileSystem(path: String) throws(FileError) {
    guard drplan_syncfs(number) == 0 else { throw .current("sync the file system of", path) }
  }

  /// Switches the page cache off for this descriptor; false where the file system cannot.
  ///
  /// From then on offset, size and address of each transfer must be multiples of 4096.
  public func bypassCache() -> Bool {
    let flags = fcntl(number, F_GETFL)
    return flags >= 0 && fcntl(number, F_SETFL, flags | drplan_o_direct()) == 0
  }

  /// Begins to write the range to the device without waiting.
  public func startWriteback(at offset: Int64, count: Int) {
    drplan_start_writeback(number, offset, Int64(count))
  }

  /// Reserves space for `length` bytes, so that a full disk shows before anything is written; a file system that
  /// cannot reserve gets a file of that size instead.
  public func preallocate(_ length: Int64, path: String) throws(FileError) {
    if length == 0 || drplan_preallocate(number, length) == 0 { return }
    guard errno == EOPNOTSUPP || errno == ENOSYS else { throw .current("reserve space for", path) }
    try resize(length, path: path)
  }

  /// Cuts or extends the file.
  public func resize(_ length: Int64, path: String) throws(FileError) {
    guard ftruncate(number, Int(length)) == 0 else { throw .current("resize", path) }
  }

  /// Where the first data at or after `offset` begins, nil when only a hole follows.
  ///
  /// File systems without holes report data everywhere.
  public func nextData(from offset: Int64, path: String) throws(FileError) -> Int64? {
    let position = drplan_seek_data(number, offset)
    if position >= 0 { return position }
    if errno == ENXIO { return nil }
    if errno == EINVAL { return offset }
    throw .current("find data in", path)
  }

  /// Where the first hole at or after `offset` begins: the end of the file at the latest.
  public func nextHole(from offset: Int64, size: Int64, path: String) throws(FileError) -> Int64 {
    let position = drplan_seek_hole(number, offset)
    if position >= 0 { return position }
    if errno == ENXIO || errno == EINVAL { return size }
    throw .current("find holes in", path)
  }

  /// Takes the exclusive flock(2) of the file; waits for it.
  public func lock(path: String) throws(FileError) {
    while flock(number, LOCK_EX) != 0 {
      if errno != EINTR { throw .current("lock", path) }
    }
  }

  /// Takes the exclusive flock(2) of the file without waiting; false when someone else holds it.
  public func tryLock(path: String) throws(FileError) -> Bool {
    while flock(number, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK { return false }
      if errno != EINTR { throw .current("lock", path) }
    }
    return true
  }
}

/// An open file that several threads use; closed when the last reference ends.
public final class SharedFile: Sendable {
  /// The descriptor.
  public let descriptor: FileDescriptor
  /// The path as shown to people.
  public let path: String
  private let unlocks: Bool

  /// Takes ownership of `descriptor`; with `unlocks`, its flock(2) is let go of with it.
  ///
  /// Closing alone does not: a child process between its fork and its exec still has the file open.
  public init(_ descriptor: consuming FileDescriptor, path: String, unlocks: Bool = false) {
    self.descriptor = descriptor
    self.path = path
    self.unlocks = unlocks
  }

  deinit {
    if unlocks { flock(descriptor.number, LOCK_UN) }
  }
}
