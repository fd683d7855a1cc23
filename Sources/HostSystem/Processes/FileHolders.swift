import Glibc

/// A process that has a file open or mapped.
public struct FileHolder: Hashable, Sendable {
  /// Which process.
  public let process: ProcessIdentity
  /// The name of its program.
  public let command: String
}

/// The processes that have one file open, as far as we are allowed to see.
public struct FileHolders: Sendable {
  /// Who holds the file, ascending by process number; this process included when it does.
  public let holders: [FileHolder]
  /// How many processes could not be looked into (they belong to other users): with any, `holders` may be
  /// incomplete.
  public let hiddenProcesses: Int

  /// Looks through all processes for the file with this device and inode, as `stat` gives them.
  ///
  /// Takes some milliseconds for each hundred processes; run it with `runBlocking`.
  public static func find(device: UInt64, inode: UInt64) -> FileHolders {
    var holders: [FileHolder] = []
    var hidden = 0
    for pid in ProcessFiles.pids {
      guard let facts = ProcessTable.facts(of: pid), facts.isAlive else { continue }
      switch hasOpen(pid, device, inode) {
      case .some(true): holders.append(FileHolder(process: facts.identity, command: facts.name))
      case .some(false): continue
      // Nil also when it ended while we looked.
      case .none: hidden += ProcessTable.isAlive(facts.identity) ? 1 : 0
      }
    }
    return FileHolders(holders: holders, hiddenProcesses: hidden)
  }

  private static func hasOpen(_ pid: Int32, _ device: UInt64, _ inode: UInt64) -> Bool? {
    guard let descriptors = ProcessFiles.names(in: "/proc/\(pid)/fd") else { return nil }
    for descriptor in descriptors where isFile("/proc/\(pid)/fd/\(descriptor)", device, inode) { return true }
    guard let maps = ProcessFiles.bytes("/proc/\(pid)/maps") else { return nil }
    return maps.split(separator: UInt8(ascii: "\n")).contains { isMapping($0, of: pid, device, inode) }
  }

  /// A line is `address permissions offset major:minor inode path`.
  ///
  /// On overlay and btrfs the device there is not that of `stat`, so the inode selects and the path decides.
  private static func isMapping(_ line: ArraySlice<UInt8>, of pid: Int32, _ device: UInt64, _ inode: UInt64)
    -> Bool
  {
    let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
    guard fields.count == 6, UInt64(String(decoding: fields[4], as: UTF8.self)) == inode else { return false }
    let numbers = fields[3].split(separator: UInt8(ascii: ":")).compactMap {
      UInt32(String(decoding: $0, as: UTF8.self), radix: 16)
    }
    if numbers.count == 2, makeDevice(numbers[0], numbers[1]) == device { return true }
    let path = String(decoding: fields[5].drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
    return isFile("/proc/\(pid)/root\(path)", device, inode)
  }

  private static func isFile(_ path: String, _ device: UInt64, _ inode: UInt64) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_ino == inode && facts.st_dev == device
  }

  /// `makedev` of the C library, a macro that Swift does not see.
  private static func makeDevice(_ major: UInt32, _ minor: UInt32) -> UInt64 {
    let (major, minor) = (UInt64(major), UInt64(minor))
    return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xff) << 12 | (major & ~0xfff) << 32
  }
}
