import FoundationEssentials
import Glibc
import HostSystem

/// What stands in a folder: names, types, modes, links and content, so that two looks can be compared.
public enum CLITree {
  /// One line for each thing below the folder, sorted; empty when there is no such folder.
  ///
  /// - Parameter leavingOut: paths below the folder that are not looked at.
  public static func listing(_ folder: String, leavingOut: Set<String> = []) throws -> [String] {
    guard let walk = FileManager.default.subpathsIfAny(folder) else { return [] }
    return try walk.sorted().compactMap { name -> String? in
      guard !leavingOut.contains(where: { name == $0 || name.hasPrefix($0 + "/") }) else { return nil }
      let path = "\(folder)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0 else { throw CLIFailure("`\(path)` went away") }
      let mode = String(status.st_mode, radix: 8)
      switch status.st_mode & S_IFMT {
      case S_IFREG:
        let bytes = FileManager.default.contents(atPath: path).map(Array.init) ?? []
        return "\(name) \(mode) \(bytes.count) \(SHA256Hasher.digest(bytes))"
      case S_IFLNK:
        return "\(name) \(mode) -> \(try FileManager.default.destinationOfSymbolicLink(atPath: path))"
      default: return "\(name) \(mode)"
      }
    }
  }
}

extension FileManager {
  fileprivate func subpathsIfAny(_ folder: String) -> [String]? {
    // A folder that is not there is told by nil.
    try? subpathsOfDirectory(atPath: folder)
  }
}
