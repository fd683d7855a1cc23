import CSystemShims
import Glibc
import Synchronization
import Values

/// What a look at a lease shows.
public enum LeaseState: Sendable, Hashable {
  /// Nobody holds it.
  case free
  /// Somebody holds it; nil when the file does not say who.
  case held(by: LeaseHolder?)
}

/// Whether a lease is still ours.
public enum LeaseStanding: Sendable, Hashable {
  /// It is.
  case ours
  /// Somebody else took it over, or the file was removed or replaced.
  case lost
  /// The file cannot be read; why.
  case unknown(String)
}

/// A holder that died without signing off, whose lock was taken over.
public struct LeaseTakeover: Sendable, Hashable {
  /// Who held it.
  public let holder: LeaseHolder
  /// By what it was known to be dead.
  public let reason: String
}

/// An exclusive lock on a file which says who holds it, held until `release` or as long as this value lives.
///
/// The kernel lets go of it when the process dies, however it dies. Where the kernel's lock does not reach other hosts,
/// which some network file systems are content with, the file itself tells: its holder renews a sign of life with `renew`,
/// and whoever takes the lock over from one that gave none for long raises the file's generation, so that the former
/// holder finds out with `standing` when it wakes up. It excludes other values in this process too. The file stays when
/// the lock is released. The calls are quick on a local disk and may block on a network one, `acquire` for the time that
/// `timing` says when it watches.
///
/// A class, because the holder and who renews share it.
public final class LeaseFile: Sendable {
  /// The file.
  public let path: String
  /// From whom it was taken over; nil when the last holder signed off.
  public let takenOver: LeaseTakeover?
  private let claim: [UInt8]
  private let descriptor: Mutex<FileDescriptor?>

  /// Takes the lock, making the file (mode 0600) where there is none, or throws when it is taken.
  ///
  /// `watching` is told of a holder on another host before it is watched.
  public static func acquire(
    _ path: String, holder: LeaseHolder, timing: LeaseTiming = LeaseTiming(),
    watching: (LeaseHolder) -> Void = { _ in }
  ) throws(LockError) -> LeaseFile {
    try acquire(path, holder: holder, timing: timing, watching: watching) { pause in
      usleep(UInt32(clamping: pause.nanoseconds / 1000))
    }
  }

  /// `wait` lets a test say what happens meanwhile.
  static func acquire(
    _ path: String, holder: LeaseHolder, timing: LeaseTiming, watching: (LeaseHolder) -> Void,
    wait: (Duration) -> Void
  ) throws(LockError) -> LeaseFile {
    while true {
      let raw = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard raw >= 0 else { throw .unusable(path: path, reason: kernelErrorText(errno)) }
      let descriptor = FileDescriptor(owning: raw)
      let failure = drp_lock_exclusive(descriptor.number)
      guard failure != EAGAIN else { throw .held(path: path, by: namedHolder(descriptor.number, wait)) }
      guard failure == 0 else { throw .unusable(path: path, reason: kernelErrorText(failure)) }
      // Somebody may have removed or replaced the file before we had the lock: then ours locks nothing.
      guard isStill(path, descriptor.number) else { continue }
      let before = read(descriptor.number)
      var judgement = LeaseJudgement.of(before, .current(about: before?.holder), timing)
      if case .watch(let other) = judgement {
        watching(other)
        let isSilent = isSilent(path, before, timing, wait)
        judgement = .watched(other, isSilent: isSilent, before, HostClock().now, timing)
      }
      var takenOver: LeaseTakeover?
      switch judgement {
      case .held(let other), .watch(let other): throw .held(path: path, by: other)
      case .takeOver(let other, let reason): takenOver = LeaseTakeover(holder: other, reason: reason)
      case .free: break
      }
      let content = LeaseContent(
        generation: (before?.generation ?? 0) &+ 1,
        token: RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) },
        heartbeatAt: HostClock().now,
        holder: holder)
      try write(content, to: descriptor.number, path)
      return LeaseFile(path, takenOver, content.claim, descriptor)
    }
  }

  /// Whether somebody holds the lock of a file; looks without taking it even for a moment.
  ///
  /// A holder on another host that would have to be watched counts as one.
  public static func state(of path: String, timing: LeaseTiming = LeaseTiming()) throws(LockError)
    -> LeaseState
  {
    let raw = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard raw >= 0 else {
      if errno == ENOENT { return .free }
      throw .unusable(path: path, reason: kernelErrorText(errno))
    }
    let descriptor = FileDescriptor(owning: raw)
    switch drp_lock_is_held(descriptor.number) {
    case 0:
      let content = read(descriptor.number)
      switch LeaseJudgement.of(content, .current(about: content?.holder), timing) {
      case .free, .takeOver: return .free
      case .held(let holder), .watch(let holder): return .held(by: holder)
      }
    case 1:
      return .held(by: namedHolder(descriptor.number) { usleep(UInt32(clamping: $0.nanoseconds / 1000)) })
    default: throw .unusable(path: path, reason: kernelErrorText(errno))
    }
  }

  /// Whether the lock is still ours: one look at the beginning of the file under its name.
  ///
  /// Opened anew each time, because a network file system shows what another host wrote to those who open.
  public var standing: LeaseStanding {
    descriptor.withLock { held in
      guard let own = held?.number else { return .lost }
      let raw = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      if raw < 0, errno == ENOENT || errno == ELOOP { return .lost }
      // Without a descriptor to spare, the one that is open has to do.
      guard raw >= 0 else { return Self.isStill(path, own) ? Self.standing(of: own, claim) : .lost }
      let opened = FileDescriptor(owning: raw)
      return Self.isSame(opened.number, own) ? Self.standing(of: opened.number, claim) : .lost
    }
  }

  /// Writes a sign of life, if the lock is still ours.
  @discardableResult
  public func renew() -> LeaseStanding {
    let standing = standing
    guard standing == .ours else { return standing }
    descriptor.withLock { held in
      guard let own = held?.number else { return }
      let line = LeaseContent.heartbeat(HostClock().now)
      // One that is missed is followed by the next.
      pwrite(own, line, line.count, off_t(LeaseContent.claimLength))
    }
    return .ours
  }

  /// Signs off and lets go of the lock; again does nothing.
  public func release() {
    let isOurs = standing == .ours
    descriptor.withLock { held in
      // The holder goes before the lock does: who reads a file without one sees a free one.
      if let own = held?.number {
        if isOurs { ftruncate(own, off_t(LeaseContent.headLength)) }
        drp_lock_release(own)
      }
      held = nil
    }
  }

  deinit { release() }

  private init(
    _ path: String, _ takenOver: LeaseTakeover?, _ claim: [UInt8], _ descriptor: consuming FileDescriptor
  ) {
    self.path = path
    self.takenOver = takenOver
    self.claim = claim
    self.descriptor = Mutex(descriptor)
  }

  private static func standing(of descriptor: Int32, _ claim: [UInt8]) -> LeaseStanding {
    guard let line = beginning(of: descriptor, claim.count) else { return .unknown(kernelErrorText(errno)) }
    return line == claim ? .ours : .lost
  }

  private static func isStill(_ path: String, _ descriptor: Int32) -> Bool {
    var (named, opened) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && named.st_ino == opened.st_ino
      && named.st_dev == opened.st_dev
  }

  private static func isSame(_ one: Int32, _ other: Int32) -> Bool {
    var (first, second) = (stat(), stat())
    return fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_ino == second.st_ino
      && first.st_dev == second.st_dev
  }

  /// Cut only after it is written, so that a process that dies in between leaves a generation.
  private static func write(_ content: LeaseContent, to descriptor: Int32, _ path: String) throws(LockError) {
    let bytes = content.bytes
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        pwrite(descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done, off_t(done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw .unusable(path: path, reason: kernelErrorText(count < 0 ? errno : ENOSPC))
      }
      done += count
    }
    guard ftruncate(descriptor, off_t(bytes.count)) == 0, fdatasync(descriptor) == 0
    else { throw .unusable(path: path, reason: kernelErrorText(errno)) }
  }

  private static func read(_ descriptor: Int32) -> LeaseContent? {
    guard let bytes = beginning(of: descriptor, 4096), !bytes.isEmpty else { return nil }
    return LeaseContent(bytes)
  }

  /// The first bytes, fewer only where the file ends; nil with `errno` set when they cannot be read.
  ///
  /// A read may give less than it was asked for, or be interrupted, without any of it meaning a lost lock.
  private static func beginning(of descriptor: Int32, _ length: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < length {
      var part = [UInt8](repeating: 0, count: length - bytes.count)
      let count = pread(descriptor, &part, part.count, off_t(bytes.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { break }
      bytes += part.prefix(count)
    }
    return bytes
  }

  /// Who holds a lock that the kernel refused.
  ///
  /// The holder may be about to write its name over that of a dead one: looks again for a moment before it believes that
  /// there is none, or a dead one.
  private static func namedHolder(_ descriptor: Int32, _ wait: (Duration) -> Void) -> LeaseHolder? {
    var named: LeaseHolder?
    for attempt in 0..<200 {
      if attempt > 0 { wait(.milliseconds(5)) }
      named = read(descriptor)?.holder
      guard let named else { continue }
      if named.bootID != HostFacts.bootID || ProcessTable.isAlive(named.process) { return named }
    }
    return named
  }

  /// Whether nothing in the head of the file changed for as long as `timing` wants it watched.
  private static func isSilent(
    _ path: String, _ before: LeaseContent?, _ timing: LeaseTiming, _ wait: (Duration) -> Void
  ) -> Bool {
    let clock = HostClock()
    let pause = min(timing.watch, .milliseconds(500))
    var watched = Duration.zero
    repeat {
      let start = clock.uptime
      wait(pause)
      // What a wait really took; one that returns at once, as in tests, counts as it was asked.
      watched += max(pause, clock.uptime - start)
      let raw = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      guard raw >= 0 else { return false }
      let opened = FileDescriptor(owning: raw)
      if read(opened.number) != before { return false }
    } while watched < timing.watch
    return true
  }
}
