import BackendKit
import HostSystem
import Values

extension SnapshotError {
  /// A refused system call, as this protocol's caller knows it.
  init(_ error: FileError, doing what: String) {
    if error.isNoSpace {
      self.init(.noSpace, "\(what): \(error)", remedy: "free space there, or use a larger file system")
    } else if error.isUnsafe {
      self.init(.unsafePath, "\(what): \(error)")
    } else {
      self.init(.io, "\(what): \(error)")
    }
  }

  /// As above, with the numbers when a disk is full.
  init(_ error: FileError, doing what: String, fileSystemOf path: String, needed: Int64) {
    guard error.isNoSpace else {
      self.init(error, doing: what)
      return
    }
    // Only for the text: without the number it still says what is wrong.
    let free =
      (try? FileSystemSpace.at(path)).map { "\(ByteCount($0.freeBytes)) free" } ?? "free space unknown"
    self.init(
      .noSpace, "\(what): \(error) (\(free), \(ByteCount(needed)) needed in all)",
      remedy: "free space there, or use a larger file system")
  }

  static var cancelled: SnapshotError { SnapshotError(.cancelled, "the operation was cancelled") }

  static func damaged(_ message: String) -> SnapshotError {
    SnapshotError(.damaged, message, remedy: "use another snapshot, or another copy of the repository")
  }
}

/// Runs file calls and turns their errors into this module's.
func onFiles<Result: ~Copyable>(
  _ what: @autoclosure () -> String, _ body: () throws(FileError) -> Result
) throws(SnapshotError) -> Result {
  do { return try body() } catch { throw SnapshotError(error, doing: what()) }
}
