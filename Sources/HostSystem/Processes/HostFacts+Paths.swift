import Glibc

extension HostFacts {
  /// The number of this process.
  public static var processID: Int32 { getpid() }

  /// Ends this process at once, without cleaning anything up.
  public static func endProcess(_ code: Int32) -> Never { _exit(code) }

  /// `path` made absolute from the folder this process runs in; links are not followed, `.` and `..` stay for the
  /// kernel, which knows where links lead.
  public static func absolutePath(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    let base = String(cString: folder)
    return base.hasSuffix("/") ? base + path : "\(base)/\(path)"
  }
}
