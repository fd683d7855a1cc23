import Glibc

/// What the kernel tells of writes that fail after write(2) has returned.
public enum WritebackErrors {
  /// Whether syncfs(2) fails when writing any file back has failed: Linux 5.8 and later.
  ///
  /// Before, only fsync(2) of the file itself tells.
  public static let areToldForFileSystem: Bool = {
    var facts = utsname()
    guard uname(&facts) == 0 else { return false }
    return withUnsafeBytes(of: &facts.release) { bytes in
      areTold(release: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    }
  }()

  /// As above, for a kernel of this release; false when the text makes no sense.
  static func areTold(release: String) -> Bool {
    let parts = release.split(separator: ".", maxSplits: 2).map { $0.prefix { $0.isNumber } }
    guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return false }
    return (major, minor) >= (5, 8)
  }
}
