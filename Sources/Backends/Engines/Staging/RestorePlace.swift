import BackendKit
import Declarations
import HostSystem
import Values

/// A path of the plan, followed to the name under which data is really swapped.
struct RestorePlace: Sendable {
  /// As the plan says it, absolute.
  let declared: String
  /// Where the data lives: the declared path, or what the symbolic link there points to.
  let path: String
  /// The folder that holds `path`; may be missing.
  let folder: String
  /// What stands at `path`; nil when nothing does.
  let status: FileStatus?
  /// Whether `folder` exists.
  let folderExists: Bool

  /// The last part of `path`.
  var name: String { PathText.name(of: path) }

  /// Follows a path: symbolic links at its end, however many, and those in its folders.
  static func resolve(_ declared: String) throws(StepFailure) -> RestorePlace {
    try files("looking at `\(declared)`") { () throws(FileError) in
      var path = declared
      for _ in 0..<40 {
        let status = try HostPath.status(path)
        if let status, status.kind == .link {
          let target = try HostPath.linkTarget(path)
          let whole = target.hasPrefix("/") ? target : PathText.parent(of: path) + "/" + target
          path = whole.count > 1 && whole.hasSuffix("/") ? String(whole.dropLast()) : whole
          continue
        }
        let folder = PathText.parent(of: path)
        let exists = status == nil ? try HostPath.status(folder) != nil : true
        let real = try Self.physical(folder)
        let name = PathText.name(of: path)
        return RestorePlace(
          declared: declared, path: real == "/" ? "/\(name)" : "\(real)/\(name)", folder: real,
          status: status,
          folderExists: exists)
      }
      throw FileError("follow", declared, detail: "too many symbolic links")
    }
  }

  /// The lock on the data that really lives at a declared path, so that two names of one place have one lock.
  ///
  /// A path that cannot be followed is locked as it is written: nothing can be restored to it.
  static func target(of declared: String) -> TargetName {
    do throws(StepFailure) {
      return .data(at: try resolve(declared).path)
    } catch {
      return .data(at: declared)
    }
  }

  /// Whether one of two places is the other or lies in it.
  func overlaps(_ other: RestorePlace) -> Bool {
    path == other.path || path.hasPrefix(other.path + "/") || other.path.hasPrefix(path + "/")
  }

  /// A folder without symbolic links, whether it exists or would be made.
  private static func physical(_ folder: String) throws(FileError) -> String {
    let existing = try HostPath.nearestExisting(folder)
    let real = try HostPath.physical(existing)
    guard existing != folder else { return real }
    let rest = folder.dropFirst(existing == "/" ? 0 : existing.count)
    return real == "/" ? String(rest) : real + rest
  }
}
