import BackendKit
import Glibc
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
    let (root, single) = try openSource()
    let totals = try survey(root, single, flag)
    try checkSpace()
    let meter = ProgressMeter(bytesTotal: totals.bytes, filesTotal: totals.files, handler: progress)
    let pool = RawBlockPool()
    let queue = WorkQueue<(BackupJob, weight: Int)>(limit: options.window, flag: flag)
    let outbox = Outbox<BackupPiece>()
    let id = SnapshotID(startedAt: source.startedAt, entropy: RandomBytes.word())

    // Threads: this one walks, one writes, the others compress. The first failure of any stops all.
    let writing = Guarded<Result<SnapshotRecord, SnapshotError>?>(nil)
    let result: Result<Void, SnapshotError> = OwnThread.team(options.workers + 1) { index in
      if index == 0 {
        let record = Result { () throws(SnapshotError) in
          try write(root, id, single != nil, pool, queue, outbox, meter, begun)
        }
        if case .failure(let error) = record {
          queue.fail(error)
          outbox.fail()
        }
        writing.with { $0 = record }
      } else {
        work(root, pool, queue, outbox)
      }
    } while: {
      let walked = Result { () throws(SnapshotError) in
        if let single { try walkSingle(root, single, queue) } else { try walk(root, queue) }
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

  // MARK: - Source

  /// The directory to walk, and the name in it when the source is a single file.
  private func openSource() throws(SnapshotError) -> (BeneathRoot, single: [UInt8]?) {
    let path = source.root
    do throws(FileError) {
      let opened = try FileDescriptor.open(path, O_RDONLY | O_NONBLOCK)
      switch try opened.status(path: path).kind {
      case .directory: return (root(opened, path), nil)
      case .file:
        let parent = DurableFile.parent(of: path)
        let name = Array(path.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.reversed())
        return (root(try FileDescriptor.directory(parent), parent), name)
      default: break
      }
    } catch {
      if error.isMissing { throw SnapshotError(.sourceUnusable, "there is nothing at `\(path)` to back up") }
      throw SnapshotError(error, doing: "cannot back up")
    }
    throw SnapshotError(.sourceUnusable, "`\(path)` is neither a directory nor a regular file")
  }

  private func root(_ descriptor: consuming FileDescriptor, _ path: String) -> BeneathRoot {
    BeneathRoot(descriptor, path: path, walksComponents: options.walksComponents)
  }

  /// Adds up what there is, for the progress; what changes afterwards changes nothing else.
  private func survey(
    _ root: BeneathRoot, _ single: [UInt8]?, _ flag: CancellationFlag
  ) throws(SnapshotError) -> ManifestEnd {
    var totals = ManifestEnd()
    if let single {
      totals.files = 1
      totals.bytes = try onFiles("cannot back up") { () throws(FileError) in try root.status(single).size }
      return totals
    }
    try each(root) { (node) throws(SnapshotError) in
      if flag.isCancelled { throw .cancelled }
      guard node.status.kind == .file else { return }
      totals.files += 1
      totals.bytes += node.status.size
    }
    return totals
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

  /// Every node, leaving out what vanishes meanwhile and the repository itself.
  private func each(
    _ root: BeneathRoot, _ body: (TreeWalker.Node) throws(SnapshotError) -> Void
  ) throws(SnapshotError) {
    // Not there means not inside.
    let own = try? FileDescriptor.directory(layout.root).status(path: layout.root)
    var walker = TreeWalker(root: root)
    while true {
      var node: TreeWalker.Node
      do {
        guard let next = try walker.next() else { return }
        node = next
      } catch {
        if error.isMissing { continue }
        throw SnapshotError(error, doing: "cannot back up")
      }
      if let own, node.status.kind == .directory, node.status.inode == own.inode,
        node.status.device == own.device
      {
        walker.skipDescendants()
        if node.path == RelativePath.root {
          throw SnapshotError(.sourceUnusable, "`\(source.root)` is the repository itself")
        }
        node.status.kind = .special("the repository")
      }
      try body(node)
    }
  }

  // MARK: - Walking

  private func walkSingle(
    _ root: BeneathRoot, _ name: [UInt8], _ queue: WorkQueue<(BackupJob, weight: Int)>
  ) throws(SnapshotError) {
    let status = try onFiles("cannot back up") { () throws(FileError) in try root.status(name) }
    // The last component of the source may be a link: the file itself was opened through it.
    guard status.kind == .file else {
      throw SnapshotError(
        .sourceUnusable, "`\(source.root)` is a symbolic link", remedy: "name the file that it points to")
    }
    var packer = Packer(queue: queue, options: options)
    if status.size < Int64(options.packedBlock) {
      try packer.add(PackedItem(path: name, status: status, kind: .file))
      try packer.flush()
    } else {
      try submit(large: name, root, status, &packer)
    }
  }

  private func walk(_ root: BeneathRoot, _ queue: WorkQueue<(BackupJob, weight: Int)>) throws(SnapshotError) {
    var packer = Packer(queue: queue, options: options)
    // Files with several names, by identity: the first name has the content, the others refer to it.
    var known: [FileIdentity: [UInt8]] = [:]
    try each(root) { (node) throws(SnapshotError) in
      let status = node.status
      switch status.kind {
      case .directory: try packer.add(PackedItem(path: node.path, status: status, kind: .directory))
      case .link:
        try packer.add(PackedItem(path: node.path, status: status, kind: .link(target: node.target)))
      case .special(let what):
        try packer.add(PackedItem(path: node.path, status: status, kind: .skipped(reason: what)))
      case .file:
        if status.names > 1 {
          let identity = FileIdentity(device: status.device, inode: status.inode)
          if let first = known[identity] {
            try packer.add(PackedItem(path: node.path, status: status, kind: .hardLink(of: first)))
            return
          }
          known[identity] = node.path
        }
        if status.size < Int64(options.packedBlock) {
          try packer.add(PackedItem(path: node.path, status: status, kind: .file))
        } else {
          try submit(large: node.path, root, status, &packer)
        }
      }
    }
    try packer.flush()
  }

  private func submit(
    large path: [UInt8], _ root: BeneathRoot, _ status: FileStatus, _ packer: inout Packer
  ) throws(SnapshotError) {
    guard let file = try LargeFile.open(path, beneath: root, options: options) else {
      // Other names may come to refer to this one.
      if status.names > 1 { throw BlockBuilder.changed(root.shown(path)) }
      try packer.add(PackedItem(path: path, status: status, kind: .skipped(reason: "vanished")))
      return
    }
    guard status.names == 1 || file.status.isSameFile(as: status) else {
      throw BlockBuilder.changed(root.shown(path))
    }
    guard file.status.size >= Int64(options.packedBlock) else {
      try packer.add(PackedItem(path: path, status: file.status, kind: .file))
      return
    }
    try packer.flush()
    try packer.submit(.begin(file), weight: 0)
    for range in file.data {
      for index in range { try packer.submit(.block(file, index: index), weight: file.blockSize) }
    }
    try packer.submit(.end(file), weight: 0)
  }

  private struct FileIdentity: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// Gathers small entries until they fill a block.
  private struct Packer {
    let queue: WorkQueue<(BackupJob, weight: Int)>
    let options: RepositoryOptions
    private var items: [PackedItem] = []
    private var weight = 0

    init(queue: WorkQueue<(BackupJob, weight: Int)>, options: RepositoryOptions) {
      self.queue = queue
      self.options = options
    }

    mutating func add(_ item: PackedItem) throws(SnapshotError) {
      if !items.isEmpty, weight + item.weight > options.packedBlock || items.count >= 4096 { try flush() }
      items.append(item)
      weight += item.weight
    }

    mutating func flush() throws(SnapshotError) {
      guard !items.isEmpty else { return }
      try submit(.packed(items), weight: max(weight, 1))
      items.removeAll(keepingCapacity: true)
      weight = 0
    }

    func submit(_ job: BackupJob, weight: Int) throws(SnapshotError) {
      try queue.submit((job, weight: weight), weight: weight)
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
    _ root: BeneathRoot, _ id: SnapshotID, _ isSingle: Bool, _ pool: RawBlockPool,
    _ queue: WorkQueue<(BackupJob, weight: Int)>, _ outbox: Outbox<BackupPiece>, _ meter: ProgressMeter,
    _ begun: ContinuousClock.Instant
  ) throws(SnapshotError) -> SnapshotRecord {
    let writer = try BackupWriter(
      root: root, layout: layout, workspace: try Workspace(layout), options: options, pool: pool, queue: queue,
      meter: meter)
    try writer.manifest.append(
      .head(
        ManifestHead(
          database: source.database, snapshot: id, engine: source.engine,
          kind: SnapshotRecord.Kind.full.rawValue,
          startedAt: source.startedAt, consistentAt: source.consistentAt, isSingleFile: isSingle)))
    while let piece = outbox.next() { try writer.take(piece) }
    try queue.check()
    try writer.packs.finish()
    try queue.check()
    let manifest = try writer.manifest.publish(packs: writer.packs.packs, to: layout)
    try queue.check()
    return try commit(writer, id, manifest, begun)
  }

  /// The commit point: until the record has its name there is no snapshot.
  private func commit(
    _ writer: BackupWriter, _ id: SnapshotID, _ manifest: SnapshotRecord.Object,
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
        consistentAt: source.consistentAt, manifest: manifest, packs: packs, files: totals.files,
        directories: totals.directories, links: totals.links, logicalBytes: ByteCount(totals.bytes),
        storedBytes: packs.reduce(manifest.bytes) { $0 + $1.bytes }, skipped: totals.skipped,
        skippedExamples: writer.skippedExamples, facts: source.facts, tool: tool, host: Host.name,
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

/// This machine.
enum Host {
  static var name: String {
    var raw = utsname()
    guard uname(&raw) == 0 else { return "unknown" }
    return withUnsafeBytes(of: &raw.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
