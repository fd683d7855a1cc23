import HostSystem
import Synchronization

/// Counts what a restore leaves with another owner than it had; shared by all threads.
final class RestoredOwners: Sendable {
  /// Whether owners are set: then nothing is counted.
  let areSet: Bool
  private let others = Atomic<Int64>(0)

  init(areSet: Bool) { self.areSet = areSet }

  /// What was counted so far.
  var notSet: Int64 { others.load(ordering: .relaxed) }

  /// The owner to set, nil for none.
  func toSet(_ metadata: NodeMetadata) -> (user: UInt32, group: UInt32)? {
    areSet ? (metadata.user, metadata.group) : nil
  }

  /// Call with what was made; `status` is asked for only when it matters.
  func note(_ metadata: NodeMetadata, _ status: () throws(FileError) -> FileStatus) throws(FileError) {
    guard !areSet else { return }
    let made = try status()
    guard made.user != metadata.user || made.group != metadata.group else { return }
    others.wrappingAdd(1, ordering: .relaxed)
  }
}
