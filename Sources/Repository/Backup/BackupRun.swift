import BackendKit
import HostSystem
import Values

/// One backup: walks the source, has the workers compress it, and commits by writing the record last.
struct BackupRun {
  let layout: RepositoryLayout
  let options: RepositoryOptions
  let source: SnapshotSource
  let tool: String
  let now: @Sendable () -> Timestamp
  let progress: ProgressHandler

  func run(_ flag: CancellationFlag) throws(SnapshotError) -> SnapshotRecord {
    let begun = ContinuousClock.now
    let tree = try BackupSource(path: source.root, repository: layout.root, options: options)
    let totals = try tree.survey(flag)
    try checkSpace()
    let meter = ProgressMeter(bytesTotal: totals.bytes, filesTotal: totals.files, handler: progress)
    let pool = RawBlockPool()
    let queue = WorkQueue<(BackupJob, weight: Int)>(limit: options.window, flag: flag)
    let outbox = Outbox<BackupPiece>()
    let id = SnapshotID(startedAt: source.startedAt, entropy: RandomBytes.word())

    // Threads: this one walks, one writes, the others compress. The first failure of any stops all.
    let writing = Guarded<Result<SnapshotRecord, SnapshotError>?>(nil)
    let result: Result<Void, SnapshotError> = try Workers.run(options.workers + 1) { index in
      if index == 0 {
        let record = Result { () throws(SnapshotError) in
          try write(tree, id, pool, queue, outbox, meter, begun)
        }
        if case .failure(let error) = record {
          queue.fail(error)
          outbox.fail()
        }
        writing.with { $0 = record }
      } else {
        work(tree.root, pool, queue, outbox)
      }
    } while: {
      let walked = Result { () throws(SnapshotError) in
        try BackupWalk(source: tree, queue: queue, options: options).run()
      }
      if case .failure(let error) = walked {
        queue.fail(error)
        outbox.fail()
      } else {
        queue.close()
        outbox.close(total: queue.total)
      }
      return walked
    }
    if case .failure(let error) = result { throw error }
    guard let record = writing.with({ $0 }) else { throw .cancelled }
    meter.finish()
    return try record.get()
  }

  /// Compression cannot be foreseen, so this only refuses a disk that is as good as full; a disk that fills up
  /// later ends the backup without trace.
  private func checkSpace() throws(SnapshotError) {
    let space = try onFiles("cannot use the repository") { () throws(FileError) in
      try FileSystemSpace.at(layout.root)
    }
    guard space.freeBytes >= 1 << 20, space.freeFiles ?? .max > 16 else {
      throw SnapshotError(
        .noSpace, "the file system of `\(layout.root)` is full: \(ByteCount(space.freeBytes)) free",
        remedy: "free space there, or use a larger file system")
    }
  }

  // MARK: - Threads

  private func work(
    _ root: BeneathRoot, _ pool: RawBlockPool, _ queue: WorkQueue<(BackupJob, weight: Int)>,
    _ outbox: Outbox<BackupPiece>
  ) {
    let builder = BlockBuilder(root: root, options: options, pool: pool)
    while let (number, (job, weight)) = queue.take() {
      do {
        outbox.put(try builder.run(job, weight: weight), number: number)
      } catch {
        queue.fail(error)
      }
    }
    // Also after the failure of another thread, or a cancellation: the writer must not wait for more.
    if queue.hasFailed { outbox.fail() }
  }

  private func write(
    _ tree: BackupSource, _ id: SnapshotID, _ pool: RawBlockPool,
    _ queue: WorkQueue<(BackupJob, weight: Int)>, _ outbox: Outbox<BackupPiece>, _ meter: ProgressMeter,
    _ begun: ContinuousClock.Instant
  ) throws(SnapshotError) -> SnapshotRecord {
    let writer = try BackupWriter(
      root: tree.root, layout: layout, workspace: try Workspace(layout), options: options, pool: pool,
      queue: queue,
      meter: meter)
    try writer.manifest.append(
      .head(
        ManifestHead(
          database: source.database, snapshot: id, engine: source.engine,
          kind: SnapshotRecord.Kind.full.rawValue,
          startedAt: source.startedAt, consistentAt: source.consistentAt, isSingleFile: tree.single != nil)))
    while let piece = outbox.next() { try writer.take(piece) }
    try queue.check()
    // All has been read; what follows takes its time.
    let latestAt = max(source.consistentAt, source.latestAt ?? now())
    try writer.packs.finish()
    try queue.check()
    let manifest = try writer.manifest.publish(packs: writer.packs.packs, to: layout)
    try queue.check()
    return try commit(writer, id, manifest, latestAt, begun)
  }

  /// The commit point: until the record has its name there is no snapshot.
  private func commit(
    _ writer: BackupWriter, _ id: SnapshotID, _ manifest: SnapshotRecord.Object, _ latestAt: Timestamp,
    _ begun: ContinuousClock.Instant
  ) throws(SnapshotError) -> SnapshotRecord {
    let totals = writer.manifest.totals
    let packs = writer.packs.packs
    let elapsed = begun.duration(to: .now)
    let rate = Double(totals.bytes) / max(Double(elapsed.nanoseconds) / 1e9, 1e-6)
    let (record, bytes) = try RecordFile.seal(
      SnapshotRecord(
        id: id, database: source.database, engine: source.engine, startedAt: source.startedAt,
        finishedAt: now(),
        consistentAt: source.consistentAt, latestAt: latestAt, manifest: manifest, packs: packs,
        files: totals.files,
        directories: totals.directories, links: totals.links, logicalBytes: ByteCount(totals.bytes),
        allocatedBytes: ByteCount(totals.allocated),
        storedBytes: packs.reduce(manifest.bytes) { $0 + $1.bytes }, skipped: totals.skipped,
        skippedExamples: writer.skippedExamples, facts: source.facts, tool: tool, host: HostFacts.hostName,
        seconds: elapsed.roundedSeconds, bytesPerSecond: Int64(rate)))
    let path = layout.record(id, of: source.database)
    do {
      try HashedFile.makeDirectory(layout.series)
      try HashedFile.makeDirectory("\(layout.series)/\(source.database)")
      try HashedFile.makeDirectory(layout.snapshots(of: source.database))
      try DurableFile.create(bytes, at: path)
    } catch {
      throw SnapshotError(
        error, doing: "cannot commit the snapshot", fileSystemOf: layout.root, needed: Int64(bytes.count))
    }
    return record
  }
}
