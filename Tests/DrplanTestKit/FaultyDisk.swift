import Glibc

/// A small disk of its own in memory, to be full when a test wants it; needs root.
public final class FaultyDisk: Sendable {
  /// Where it is mounted.
  public let path: String

  /// Mounts a disk of that many KiB on a folder of the session.
  public init(_ session: CLISession, _ name: String, kibibytes: Int) throws {
    path = session.path(name)
    mkdir(path, 0o755)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else {
      throw CLIFailure("no disk: error \(errno)")
    }
  }

  deinit {
    // Whoever still uses it keeps it: it goes with its last user.
    umount2(path, Int32(MNT_DETACH))
  }

  /// Fills it up to the last block that is free, but for `leaving` bytes.
  public func fill(leaving: Int = 0) throws {
    let descriptor = open(path + "/ballast", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CLIFailure("no ballast: error \(errno)") }
    defer { close(descriptor) }
    let block = [UInt8](repeating: 1, count: 4096)
    var size = 0
    while write(descriptor, block, block.count) == block.count { size += block.count }
    guard errno == ENOSPC else { throw CLIFailure("the disk does not fill: error \(errno)") }
    guard ftruncate(descriptor, max(0, size - leaving)) == 0 else { throw CLIFailure("no room left") }
  }
}
