import Glibc

/// Who and where this process is, for records and locks.
public enum HostFacts {
  /// Changes with every start of the machine; empty when the kernel does not tell.
  public static let bootID: String = {
    guard let bytes = ProcessFiles.bytes("/proc/sys/kernel/random/boot_id") else { return "" }
    return String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }()

  /// The name of this machine.
  public static var hostName: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The name of the user this process acts as; its number as text when it has no name.
  public static var userName: String { HostUsers.name(of: geteuid()) }

  /// Who called sudo to have this process act as root; nil for anybody else.
  ///
  /// Says nothing that root could not forge.
  public static var sudoUser: String? {
    guard isRoot, let name = ProcessEnvironment.value(of: "SUDO_USER"), !name.isEmpty, name != "root" else {
      return nil
    }
    return name
  }

  /// The number of the user this process acts as: who owns what it makes.
  public static var userNumber: UInt32 { geteuid() }

  /// Whether this process may do everything.
  public static var isRoot: Bool { geteuid() == 0 }
}
