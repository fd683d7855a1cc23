import HostSystem
import Synchronization

/// The lock of a staging folder while it is in use, and what there is to tell about the place.
final class StagingHold: Sendable {
  private let lock = Mutex<SharedFile?>(nil)
  private let notes = Mutex<[String]>([])

  func keep(_ file: SharedFile) { lock.withLock { $0 = file } }
  func note(_ text: String) { notes.withLock { $0.append(text) } }
  func takeNotes() -> [String] {
    notes.withLock { notes in
      defer { notes = [] }
      return notes
    }
  }
  func release() { lock.withLock { $0 = nil } }
}
