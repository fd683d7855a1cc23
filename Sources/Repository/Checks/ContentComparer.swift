import BackendKit
import HostSystem
import Values

/// A worker of a comparison: hashes what is on disk.
///
/// One for each thread.
final class ContentComparer {
  private let differences: FindingList<ComparisonSummary.Difference>
  private let hasher = SHA256Hasher()
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)

  init(differences: FindingList<ComparisonSummary.Difference>) { self.differences = differences }

  deinit { buffer.deallocate() }

  /// The bytes compared.
  func run(_ job: CompareRun.Job) -> Int64 {
    switch job {
    case .whole(let path, let file, let size, let digest):
      compare(path, file, 0..<size, block: 0, digest)
      return size
    case .block(let path, let file, let offset, let block):
      compare(
        path, file, offset..<offset + Int64(block.location.size), block: block.index, block.location.digest)
      return Int64(block.location.size)
    case .hole(let path, let file, let range, let block):
      compareHole(path, file, range, block)
      return range.upperBound - range.lowerBound
    }
  }

  private func compare(
    _ path: [UInt8], _ file: SharedFile, _ range: Range<Int64>, block: Int64, _ digest: SHA256Digest
  ) {
    do {
      hasher.restart()
      guard
        try each(
          file, range,
          {
            hasher.update($0); return true
          }), hasher.finish() == digest
      else {
        add(path, .content(block: block))
        return
      }
    } catch { add(path, .unreadable("\(error)")) }
  }

  private func compareHole(_ path: [UInt8], _ file: SharedFile, _ range: Range<Int64>, _ block: Int64) {
    do {
      // A hole on disk too: nothing to read.
      let data = try file.descriptor.nextData(from: range.lowerBound, path: file.path)
      guard let data, data < range.upperBound else { return }
      if try !each(file, range, \.isAllZeros) { add(path, .content(block: block)) }
    } catch { add(path, .unreadable("\(error)")) }
  }

  /// Hands the bytes of a range to `body` piece by piece while it says so; false too when the file ends early.
  private func each(
    _ file: SharedFile, _ range: Range<Int64>, _ body: (UnsafeRawBufferPointer) -> Bool
  ) throws(FileError) -> Bool {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = Int(min(Int64(buffer.count), range.upperBound - offset))
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
      guard try file.descriptor.read(into: target, at: offset, path: file.path) == count,
        body(UnsafeRawBufferPointer(target))
      else { return false }
      offset += Int64(count)
    }
    return true
  }

  private func add(_ path: [UInt8], _ kind: ComparisonSummary.Difference.Kind) {
    differences.add(.init(path: RelativePath.shown(path), kind: kind))
  }
}
