import Glibc

/// Sets owner, mode and times on an open file: never by path.
public enum FileTimes {
  static func both(_ nanoseconds: Int64) -> (timespec, timespec) {
    var seconds = nanoseconds / 1_000_000_000
    var rest = nanoseconds % 1_000_000_000
    if rest < 0 {
      seconds -= 1
      rest += 1_000_000_000
    }
    let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
    return (time, time)
  }
}

extension FileDescriptor {
  /// Sets the owner, if asked to, then the mode, which chown(2) may have cleared bits of, then the time of
  /// modification.
  public func setMetadata(
    owner: (user: UInt32, group: UInt32)?, mode: UInt32, modified: Int64, path: String
  ) throws(FileError) {
    if let owner, fchown(number, owner.user, owner.group) != 0 { throw .current("set the owner of", path) }
    guard fchmod(number, mode) == 0 else { throw .current("set the mode of", path) }
    let times = FileTimes.both(modified)
    let result = withUnsafeTemporaryAllocation(of: timespec.self, capacity: 2) { buffer in
      buffer[0] = times.0
      buffer[1] = times.1
      return futimens(number, buffer.baseAddress)
    }
    guard result == 0 else { throw .current("set the time of", path) }
  }
}
