import BackendKit
import HostSystem
import Synchronization
import Values

/// One comparison of a tree on disk with a snapshot: both are walked in the same order, side by side, and content
/// is hashed on all cores.
struct CompareRun {
  let layout: RepositoryLayout
  let options: RepositoryOptions
  let record: SnapshotRecord
  let path: String
  let progress: ProgressHandler

  typealias Difference = ComparisonSummary.Difference

  /// Content to hash.
  enum Job: Sendable {
    case whole([UInt8], SharedFile, size: Int64, digest: SHA256Digest)
    case block([UInt8], SharedFile, offset: Int64, PayloadBlock)
    case hole([UInt8], SharedFile, Range<Int64>, block: Int64)
  }

  func run(_ flag: CancellationFlag) throws(SnapshotError) -> ComparisonSummary {
    let meter = ProgressMeter(
      bytesTotal: record.logicalBytes.bytes, filesTotal: record.files, handler: progress)
    let queue = WorkQueue<(Job, weight: Int)>(limit: options.window, flag: flag)
    let differences = FindingList<Difference>()
    let bytes = Atomic<Int64>(0)
    let compared: Result<Int64, SnapshotError> = try Workers.run(options.workers) { _ in
      let hasher = ContentComparer(differences: differences)
      while let (_, (job, weight)) = queue.take() {
        let count = hasher.run(job)
        bytes.wrappingAdd(count, ordering: .relaxed)
        meter.add(bytes: count)
        queue.release(weight)
      }
    } while: {
      let result = Result { () throws(SnapshotError) in
        var comparer = TreeComparer(
          path: path, options: options, queue: queue, differences: differences, meter: meter)
        try ManifestReader(layout: layout, record: record).forEach { (item) throws(SnapshotError) in
          try comparer.take(item)
        }
        return comparer.files
      }
      if case .failure(let error) = result { queue.fail(error) }
      queue.close()
      return result
    }
    try queue.check()
    let files = try compared.get()
    meter.finish()
    let found = differences.result
    return ComparisonSummary(
      record: record, files: files, bytes: ByteCount(bytes.load(ordering: .relaxed)),
      differences: found.first,
      differenceCount: found.count)
  }
}
