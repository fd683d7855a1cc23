import HostSystem
import Journal
import Values

/// A place that the plan names for drills.
struct NamedPlace {
  let database: DatabaseID
  let path: String
  let suffixes: [String]

  init(_ database: DatabaseID, _ path: String, _ suffixes: [String]) {
    self.database = database
    self.path = path
    self.suffixes = suffixes
  }

  /// The path without links in its folders; as it is, where that cannot be told.
  static func physical(_ path: String) -> String {
    guard let folder = try? HostPath.physical(PathText.parent(of: path)) else { return path }
    return (folder == "/" ? "" : folder) + "/" + PathText.name(of: path)
  }

  /// What the ledger says of it; an error unless it is there for the drill alone.
  func entry(_ stateDirectory: String) throws(FileError) -> DrillLedger.Place {
    let folder = try HostPath.physical(PathText.parent(of: path))
    let physical = Self.physical(path)
    let state: String
    do throws(FileError) {
      state = try HostPath.physical(stateDirectory)
    } catch {
      // One that is not made yet leads nowhere else; one that cannot be looked at is no ground to remove things by.
      guard error.isMissing else { throw error }
      state = stateDirectory
    }
    guard !PathText.contains(physical, state), !PathText.contains(state, physical) else {
      throw FileError("use", path, detail: "it and the state directory `\(state)` lie in each other")
    }
    let status = try HostPath.status(physical)
    let isEmptyFolder = status?.kind == .directory ? try HostPath.names(in: physical).isEmpty : false
    guard status == nil || isEmptyFolder else {
      throw FileError("use", path, detail: "something stands there, which is not the drill's to remove")
    }
    for suffix in suffixes where try HostPath.status(physical + suffix) != nil {
      throw FileError(
        "use", path + suffix, detail: "something stands there, which is not the drill's to remove")
    }
    guard let surroundings = try HostPath.status(folder) else {
      throw FileError("use", folder, detail: "it is not there any more")
    }
    return DrillLedger.Place(
      named: database, path: physical,
      surroundings: .init(inode: surroundings.inode, hadFolder: isEmptyFolder, suffixes: suffixes))
  }
}
