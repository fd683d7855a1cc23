import HostSystem
import Values

/// A place of a drill that the plan names, while its traces are removed.
struct NamedDrillPlace {
  let run: RunID
  let path: String
  let surroundings: DrillLedger.Surroundings

  private var name: String { PathText.name(of: path) }

  /// Removes what the drill put there: the data, what it kept, where it staged.
  ///
  /// Nothing else.
  func remove(_ traces: DrillTraces) throws(FileError) {
    let folder = PathText.parent(of: path)
    // Without it all that was in it is gone, too.
    guard try HostPath.status(folder) != nil else { return }
    let parent = try FileDescriptor.directory(folder, following: false)
    guard try parent.status(path: folder).inode == surroundings.inode, try HostPath.physical(folder) == folder
    else {
      throw FileError(
        "remove", path, detail: "`\(folder)` is not the folder any more that the drill restored in")
    }
    let names = try DirectoryReader.names(in: parent, path: folder).map {
      String(decoding: $0, as: UTF8.self)
    }
    // What was staged is the run's by its name, whatever stands at the place.
    try removeEntry(staging, parent)
    if let standing = try HostPath.status(path), traces.wasFilled, try !isUntouched(standing) {
      guard traces.owns(inode: standing.inode, born: HostPath.birth(path)) else {
        throw FileError("remove", path, detail: "something stands there that this drill did not put there")
      }
      try removeEntry(name, parent)
      for suffix in surroundings.suffixes where names.contains(name + suffix) {
        try removeEntry(name + suffix, parent)
      }
    }
    for other in names where other.hasPrefix(kept) {
      if surroundings.hadFolder, try putBack(other) { continue }
      try removeEntry(other, parent)
    }
    try parent.sync(path: folder)
  }

  /// Whether what stands there is the empty folder that stood there before.
  private func isUntouched(_ standing: FileStatus) throws(FileError) -> Bool {
    guard surroundings.hadFolder, standing.kind == .directory else { return false }
    return try HostPath.names(in: path).isEmpty
  }

  // Names that carry the run's id are its own.
  private var staging: String { ".\(name).drplan-\(run)" }
  private var kept: String { "\(name).before-\(run)" }

  /// Gives the empty folder that stood at the place its name again; false for anything else.
  private func putBack(_ other: String) throws(FileError) -> Bool {
    let keptPath = PathText.parent(of: path) + "/" + other
    guard try HostPath.status(path) == nil,
      try HostPath.status(keptPath)?.kind == .directory, try HostPath.names(in: keptPath).isEmpty
    else { return false }
    try AtomicRename.moveWithoutReplacing(keptPath, to: path)
    return true
  }

  private func removeEntry(_ entry: String, _ parent: borrowing FileDescriptor) throws(FileError) {
    try FileTree.remove(Array(entry.utf8), in: parent, shown: PathText.parent(of: path) + "/" + entry)
  }
}
