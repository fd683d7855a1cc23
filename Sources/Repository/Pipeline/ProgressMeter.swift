import BackendKit
import Synchronization

/// Adds up what many threads do and tells it about ten times a second.
final class ProgressMeter: Sendable {
  private let bytes = Atomic<Int64>(0)
  private let files = Atomic<Int64>(0)
  private let bytesTotal: Int64
  private let filesTotal: Int64
  private let handler: ProgressHandler
  // Held while the handler runs, so that it is never called twice at a time; others go on without waiting.
  private let last = Mutex<ContinuousClock.Instant?>(nil)

  init(bytesTotal: Int64, filesTotal: Int64, handler: @escaping ProgressHandler) {
    self.bytesTotal = bytesTotal
    self.filesTotal = filesTotal
    self.handler = handler
  }

  /// Adds to what is done.
  func add(bytes moreBytes: Int64, files moreFiles: Int64 = 0) {
    bytes.wrappingAdd(moreBytes, ordering: .relaxed)
    files.wrappingAdd(moreFiles, ordering: .relaxed)
    last.withLockIfAvailable { last in
      let now = ContinuousClock.now
      if let last, last.duration(to: now) < .milliseconds(100) { return }
      last = now
      handler(current)
    }
  }

  /// Tells the final numbers.
  func finish() { last.withLock { _ in handler(current) } }

  private var current: TransferProgress {
    TransferProgress(
      bytesDone: bytes.load(ordering: .relaxed), bytesTotal: bytesTotal,
      filesDone: files.load(ordering: .relaxed), filesTotal: filesTotal)
  }
}
