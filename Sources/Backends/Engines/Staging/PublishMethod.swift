import HostSystem

extension PublishIntent.Method {
  /// The ways of swapping that the file system of the staging folder can do, found out by doing them in it.
  static func available(in area: StagingArea) throws(FileError) -> [PublishIntent.Method] {
    let root = BeneathRoot(try FileDescriptor.directory(area.folder), path: area.folder)
    var methods: [PublishIntent.Method] = []
    let (first, second) = (area.folder + "/trial-1", area.folder + "/trial-2")
    try clear(first, second)
    try DurableFile.write([], to: first)
    do {
      try root.makeHardLink(Array("trial-2".utf8), to: Array("trial-1".utf8))
      methods.append(.link)
    } catch {
      // No second names here: a fact about the file system, not a failure.
      guard !error.isNoSpace else { throw error }
    }
    try clear(first, second)
    try root.makeDirectory(Array("trial-1".utf8))
    try root.makeDirectory(Array("trial-2".utf8))
    do {
      try AtomicRename.exchange(first, second)
      methods.append(.exchange)
    } catch {
      // Neither is this; what hinders everything would have hindered the folders too.
      guard !error.isNoSpace else { throw error }
    }
    try clear(first, second)
    return methods + [.rename]
  }

  private static func clear(_ paths: String...) throws(FileError) {
    for path in paths { try FileTree.remove(path) }
  }
}
