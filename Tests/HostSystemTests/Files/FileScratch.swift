import Glibc
import HostSystem

/// A directory for one test, removed when the test lets go of it.
final class FileScratch: Sendable {
  let path: String

  init() {
    path = "/tmp/drplan-files-\(RandomBytes.hex(16))"
    precondition(mkdir(path, 0o700) == 0, "cannot make \(path)")
  }

  deinit {
    do { try FileTree.remove(path) } catch { fatalError("cannot remove \(path): \(error)") }
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  func root(walksComponents: Bool) throws -> BeneathRoot {
    BeneathRoot(try .directory(path), path: path, walksComponents: walksComponents)
  }
}
