import BackendKit
import HostSystem
import Synchronization

/// The file that a command's output goes to, line by line as it comes.
final class CommandLog: Sendable {
  private let file: HostFile.Appender
  private let loss = Mutex<StepFailure?>(nil)

  /// Opens the file anew, with mode 0600, and the folder above it if need be.
  static func open(_ path: String) async throws(StepFailure) -> CommandLog {
    CommandLog(try await runBlocking { () throws(StepFailure) in try HostFile.Appender(path) })
  }

  private init(_ file: HostFile.Appender) { self.file = file }

  /// Writes a line; on the thread that reads the output, which may block.
  ///
  /// After a failure nothing more is written.
  func append(_ line: String) {
    guard failure == nil else { return }
    do throws(StepFailure) {
      try file.write(Array((line + "\n").utf8))
    } catch {
      loss.withLock { $0 = error }
    }
  }

  /// Why the file is not complete.
  var failure: StepFailure? { loss.withLock { $0 } }
}
