import CSystemShims
import Glibc

/// Why a lease could not be had.
public enum LockError: Error, Sendable, CustomStringConvertible {
  /// Somebody else has it; nil when the file does not say who.
  case held(path: String, by: LeaseHolder?)
  /// The file could not be used.
  case unusable(path: String, reason: String)

  /// The file and the holder or the reason.
  public var description: String {
    switch self {
    case .held(let path, let holder): "`\(path)` is locked by \(holder?.description ?? "another process")"
    case .unusable(let path, let reason): "`\(path)` cannot be locked: \(reason)"
    }
  }
}

/// What a look at a lease shows.
public enum LeaseState: Sendable, Hashable {
  /// Nobody holds it.
  case free
  /// Somebody holds it; nil when the file does not say who.
  case held(by: LeaseHolder?)
}

/// An exclusive lock on a file which says who holds it, held as long as this value lives.
///
/// The kernel lets go of it when the process dies, however it dies, so there is no stale lock to break. It
/// excludes other values in this process too. The file stays, empty, when the lock is released. The calls are
/// quick on a local disk and may block on a network one.
public struct LeaseFile: ~Copyable, Sendable {
  /// The file.
  public let path: String
  private let descriptor: FileDescriptor

  /// Takes the lock, making the file (mode 0600) where there is none, or throws at once when it is taken.
  public static func acquire(_ path: String, holder: LeaseHolder) throws(LockError) -> LeaseFile {
    while true {
      let raw = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard raw >= 0 else { throw .unusable(path: path, reason: kernelErrorText(errno)) }
      let descriptor = FileDescriptor(owning: raw)
      let failure = drp_lock_exclusive(descriptor.number)
      guard failure != EAGAIN else { throw .held(path: path, by: readHolder(descriptor.number)) }
      guard failure == 0 else { throw .unusable(path: path, reason: kernelErrorText(failure)) }
      // Somebody may have removed or replaced the file before we had the lock: then ours locks nothing.
      guard isStill(path, descriptor.number) else { continue }
      write(holder, to: descriptor.number)
      return LeaseFile(path: path, descriptor: descriptor)
    }
  }

  /// Whether somebody holds the lock of a file; looks without taking it even for a moment.
  public static func state(of path: String) throws(LockError) -> LeaseState {
    let raw = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard raw >= 0 else {
      if errno == ENOENT { return .free }
      throw .unusable(path: path, reason: kernelErrorText(errno))
    }
    let descriptor = FileDescriptor(owning: raw)
    switch drp_lock_is_held(descriptor.number) {
    case 0: return .free
    case 1: return .held(by: readHolder(descriptor.number))
    default: throw .unusable(path: path, reason: kernelErrorText(errno))
    }
  }

  private init(path: String, descriptor: consuming FileDescriptor) {
    self.path = path
    self.descriptor = descriptor
  }

  // The holder goes before the lock does, which closing releases: who reads an empty file sees a free one. If
  // that fails, the next holder overwrites it.
  deinit { ftruncate(descriptor.number, 0) }

  private static func isStill(_ path: String, _ descriptor: Int32) -> Bool {
    var (named, opened) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && named.st_ino == opened.st_ino
      && named.st_dev == opened.st_dev
  }

  /// Emptied first, so that a reader never sees the new beginning with the old end.
  ///
  /// A full disk is no reason not to lock: then the file does not say who did.
  private static func write(_ holder: LeaseHolder, to descriptor: Int32) {
    let line = holder.line
    ftruncate(descriptor, 0)
    pwrite(descriptor, line, line.count, 0)
  }

  /// The holder may be about to write: looks again for a moment before it gives up.
  private static func readHolder(_ descriptor: Int32) -> LeaseHolder? {
    for attempt in 0..<10 {
      if attempt > 0 { usleep(5000) }
      var line = [UInt8](repeating: 0, count: 4096)
      let count = pread(descriptor, &line, line.count, 0)
      if count > 0, let holder = LeaseHolder(line: Array(line.prefix(count))) { return holder }
    }
    return nil
  }
}
