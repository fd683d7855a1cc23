import BackendKit
import HostSystem
import Synchronization
import Values

/// One verification: reads every pack whole against its name, and every block against the manifest.
struct VerifyRun {
  let layout: RepositoryLayout
  let options: RepositoryOptions
  let record: SnapshotRecord
  let progress: ProgressHandler

  private enum Job: Sendable {
    /// Hash the whole pack.
    case pack(index: Int)
    /// Read a block that small files share.
    case packed(BlockLocation, SharedFile, [FileEntry])
    /// Read a block of a large file.
    case block(path: [UInt8], PayloadBlock, SharedFile)
  }

  func run(_ flag: CancellationFlag) throws(SnapshotError) -> VerificationSummary {
    let meter = ProgressMeter(
      bytesTotal: record.logicalBytes.bytes, filesTotal: record.files, handler: progress)
    let queue = WorkQueue<(Job, weight: Int)>(limit: options.window, flag: flag)
    let damage = FindingList<VerificationSummary.Damage>()
    let blocks = Atomic<Int64>(0)
    let bytes = Atomic<Int64>(0)
    let pool = RawBlockPool()
    let planned = try Workers.run(options.workers) { _ in
      let reader = BlockReader(pool: pool)
      while let (_, (job, weight)) = queue.take() {
        if case .pack(let index) = job {
          hash(index, damage, flag)
        } else {
          let size = check(job, reader, damage, meter)
          reader.release()
          blocks.wrappingAdd(1, ordering: .relaxed)
          bytes.wrappingAdd(size, ordering: .relaxed)
        }
        queue.release(weight)
      }
    } while: {
      let result = Result { () throws(SnapshotError) in try plan(queue, damage, meter) }
      if case .failure(let error) = result { queue.fail(error) }
      queue.close()
      return result
    }
    try queue.check()
    try planned.get()
    meter.finish()
    let found = damage.result
    return VerificationSummary(
      record: record, files: record.files, blocks: blocks.load(ordering: .relaxed),
      bytes: ByteCount(bytes.load(ordering: .relaxed)), damage: found.first, damageCount: found.count)
  }

  // MARK: - Planning

  private func plan(
    _ queue: WorkQueue<(Job, weight: Int)>, _ damage: FindingList<VerificationSummary.Damage>,
    _ meter: ProgressMeter
  ) throws(SnapshotError) {
    var packs = PackFiles(layout: layout, record: record)
    let unusable = Dictionary(uniqueKeysWithValues: packs.faults().map { ($0.index, $0.reason) })
    for index in record.packs.indices {
      if let reason = unusable[index] {
        damage.add(.init(object: name(index), file: nil, block: nil, reason: reason))
      } else {
        try queue.submit((.pack(index: index), weight: 1 << 20), weight: 1 << 20)
      }
    }
    var member: BlockLocation?
    var entries: [FileEntry] = []
    var path: [UInt8] = []

    func open(_ index: Int) -> Result<SharedFile, SnapshotError> {
      Result { () throws(SnapshotError) in try packs.file(index) }
    }
    func flush() throws(SnapshotError) {
      guard let location = member, !entries.isEmpty else { return }
      switch open(location.pack) {
      case .success(let pack):
        try queue.submit((.packed(location, pack, entries), weight: location.size), weight: location.size)
      case .failure(let error):
        for entry in entries { add(entry.path, 0, location.pack, error.message, damage) }
      }
      entries.removeAll(keepingCapacity: true)
    }

    let manifest = ManifestReader(layout: layout, record: record)
    var targets = HardLinkTargets()
    try manifest.forEach { (item) throws(SnapshotError) in
      targets.note(item)
      switch item {
      case .member(let location):
        try flush()
        member = location
      case .file(let entry):
        path = entry.path
        if case .packed = entry.content { entries.append(entry) } else { meter.add(bytes: 0, files: 1) }
      case .blocks(let blocks):
        for block in blocks {
          switch open(block.location.pack) {
          case .success(let pack):
            let size = block.location.size
            try queue.submit((.block(path: path, block, pack), weight: size), weight: size)
          case .failure(let error): add(path, block.index, block.location.pack, error.message, damage)
          }
        }
      default: break
      }
    }
    try flush()
    try targets.check(in: manifest)
  }

  // MARK: - Checking

  /// Headers of archives and whatever else no file needs is covered by this alone.
  private func hash(
    _ index: Int, _ damage: FindingList<VerificationSummary.Damage>, _ flag: CancellationFlag
  ) {
    do {
      let found = try FileDigest.of(layout.pack(record.packs[index].sha256), flag: flag)
      guard let found, found != record.packs[index] else { return }
      damage.add(
        .init(object: name(index), file: nil, block: nil, reason: "does not have the digest of its name"))
    } catch {
      damage.add(.init(object: name(index), file: nil, block: nil, reason: "\(error)"))
    }
  }

  /// How many bytes the block holds.
  private func check(
    _ job: Job, _ reader: BlockReader, _ damage: FindingList<VerificationSummary.Damage>,
    _ meter: ProgressMeter
  ) -> Int64 {
    switch job {
    case .pack: return 0
    case .packed(let location, let pack, let entries):
      do {
        let content = try reader.read(location, from: pack)
        for entry in entries {
          guard case .packed(let offset, let digest) = entry.content else { continue }
          let bytes = UnsafeRawBufferPointer(rebasing: content[offset..<offset + Int(entry.size)])
          if reader.digest(bytes) != digest {
            add(entry.path, 0, location.pack, "is not what was backed up", damage)
          }
        }
      } catch {
        for entry in entries { add(entry.path, 0, location.pack, error.reason, damage) }
      }
      meter.add(bytes: entries.reduce(0) { $0 + $1.size }, files: Int64(entries.count))
      return Int64(location.size)
    case .block(let path, let block, let pack):
      do { _ = try reader.read(block.location, from: pack) } catch {
        add(path, block.index, block.location.pack, error.reason, damage)
      }
      meter.add(bytes: Int64(block.location.size))
      return Int64(block.location.size)
    }
  }

  private func add(
    _ path: [UInt8], _ block: Int64, _ pack: Int, _ reason: String,
    _ damage: FindingList<VerificationSummary.Damage>
  ) {
    damage.add(.init(object: name(pack), file: RelativePath.shown(path), block: block, reason: reason))
  }

  private func name(_ index: Int) -> String { RepositoryLayout.packName(record.packs[index].sha256) }
}
