import BackendKit
import HostSystem
import Values

/// Opens packs as they are needed; keeps the last few open.
///
/// One thread only; the files it gives may be shared.
struct PackFiles {
  private let layout: RepositoryLayout
  private let packs: [SnapshotRecord.Object]
  private var open: [(index: Int, file: SharedFile)] = []

  init(layout: RepositoryLayout, record: SnapshotRecord) {
    self.layout = layout
    packs = record.packs
  }

  /// The pack at `index` of the snapshot.
  mutating func file(_ index: Int) throws(SnapshotError) -> SharedFile {
    if let found = open.first(where: { $0.index == index }) { return found.file }
    let path = layout.pack(packs[index].sha256)
    let name = RepositoryLayout.packName(packs[index].sha256)
    let file: SharedFile
    do { file = SharedFile(try FileDescriptor.open(path, .noFollow), path: name) } catch {
      throw error.isMissing
        ? .damaged("the pack `\(name)` is missing") : SnapshotError(error, doing: "cannot read a pack")
    }
    if open.count == 8 { open.removeFirst() }
    open.append((index, file))
    return file
  }

  /// What is wrong with the presence and size of each pack, without reading any.
  func faults() -> [(index: Int, reason: String)] {
    packs.enumerated().compactMap { index, pack in
      do throws(FileError) {
        guard let status = try HostPath.status(layout.pack(pack.sha256)) else { return (index, "is missing") }
        return status.size == pack.bytes.bytes
          ? nil : (index, "has \(status.size) bytes instead of \(pack.bytes.bytes)")
      } catch {
        return (index, "cannot be read: \(FileError.text(of: error.number))")
      }
    }
  }
}

/// Reads, inflates and checks blocks.
///
/// One for each thread.
final class BlockReader {
  private let codec = GzipBlockCodec()
  private let pool: RawBlockPool
  private var held: RawBlock?

  /// `pool` is shared by all threads, so that as much memory is in use as there are blocks in flight.
  init(pool: RawBlockPool) { self.pool = pool }

  /// Gives back the memory of the block read last.
  ///
  /// Call at the end of each job.
  func release() {
    if let held { pool.put(held) }
    held = nil
  }

  /// A block that is not as it was written, in words that follow its name.
  struct Damage: Error { let reason: String }

  /// The content of a block, proven by its digest; valid until the next call of anything here.
  func read(_ location: BlockLocation, from pack: SharedFile) throws(Damage) -> UnsafeRawBufferPointer {
    release()
    let stored = pool.take(location.storedSize)
    defer { pool.put(stored) }
    let plain = pool.take(location.size)
    held = plain
    stored.count = location.storedSize
    let target = UnsafeMutableRawBufferPointer(rebasing: stored.bytes[..<location.storedSize])
    let got: Int
    do { got = try pack.descriptor.read(into: target, at: location.offset, path: pack.path) } catch {
      throw Damage(reason: "cannot be read: \(error)")
    }
    guard got == location.storedSize else {
      throw Damage(reason: "is cut off: the pack `\(pack.path)` ends before it")
    }
    plain.count = location.size
    let output = UnsafeMutableRawBufferPointer(rebasing: plain.bytes[..<location.size])
    do { try codec.decode(stored.content, digest: location.digest, into: output) } catch {
      let what = error == .wrongDigest ? "does not have the digest it was stored with" : "cannot be inflated"
      throw Damage(reason: "\(what) (pack `\(pack.path)`, byte \(location.offset))")
    }
    return plain.content
  }

  /// The SHA-256 of plain bytes.
  func digest(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest { codec.digest(bytes) }
}
