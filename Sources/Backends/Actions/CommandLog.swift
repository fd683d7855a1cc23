import BackendKit
import HostSystem
import Synchronization
import Values

/// The file that a command's output goes to, line by line as it comes.
final class CommandLog: Sendable {
  private let file: SharedFile
  private let loss = Mutex<StepFailure?>(nil)

  /// Opens the file anew, with mode 0600, and the folder above it if need be.
  static func open(_ path: String) async throws(StepFailure) -> CommandLog {
    CommandLog(
      try await runBlocking { () throws(StepFailure) in
        try files("opening the log of the command") { () throws(FileError) in
          try FileTree.makeDirectories(PathText.parent(of: path), mode: 0o755)
          return SharedFile(
            try FileDescriptor.open(path, [.writeOnly, .create, .truncate, .append]), path: path)
        }
      })
  }

  private init(_ file: SharedFile) { self.file = file }

  /// Writes a line; on the thread that reads the output, which may block.
  ///
  /// After a failure nothing more is written.
  func append(_ line: String) {
    guard failure == nil else { return }
    do throws(StepFailure) {
      try files("writing the log of the command") { () throws(FileError) in
        try file.descriptor.append(Array((line + "\n").utf8), path: file.path)
      }
    } catch {
      loss.withLock { $0 = error }
    }
  }

  /// Why the file is not complete.
  var failure: StepFailure? { loss.withLock { $0 } }
}
