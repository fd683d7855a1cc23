import BackendKit
import HostSystem
import Values

/// Walks a source and asks the workers to read it, in the order of the manifest.
///
/// One thread only.
struct BackupWalk {
  let source: BackupSource
  let queue: WorkQueue<(BackupJob, weight: Int)>
  let options: RepositoryOptions

  private var root: BeneathRoot { source.root }

  func run() throws(SnapshotError) {
    if let single = source.single { try walkFile(single) } else { try walkTree() }
  }

  private func walkFile(_ name: [UInt8]) throws(SnapshotError) {
    let status = try onFiles("cannot back up") { () throws(FileError) in try root.status(name) }
    // The last component of the source may be a link: the file itself was opened through it.
    guard status.kind == .file else {
      throw SnapshotError(
        .sourceUnusable, "`\(root.shown(name))` is a symbolic link", remedy: "name the file that it points to"
      )
    }
    var packer = Packer(queue: queue, options: options)
    if status.size < Int64(options.packedBlock) {
      try packer.add(PackedItem(path: name, status: status, kind: .file))
      try packer.flush()
    } else {
      try submit(large: name, status, &packer)
    }
  }

  private func walkTree() throws(SnapshotError) {
    var packer = Packer(queue: queue, options: options)
    // Files with several names, by identity: the first name has the content, the others refer to it.
    var known: [FileIdentity: TreeWalker.Node] = [:]
    try source.each { (node) throws(SnapshotError) in
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
            // Also another file that was given the number of one that is gone.
            guard status.size == first.status.size, status.modified == first.status.modified else {
              throw BlockBuilder.changed(root.shown(first.path))
            }
            try packer.add(PackedItem(path: node.path, status: status, kind: .hardLink(of: first.path)))
            return
          }
          known[identity] = node
        }
        if status.size < Int64(options.packedBlock) {
          try packer.add(PackedItem(path: node.path, status: status, kind: .file))
        } else {
          try submit(large: node.path, status, &packer)
        }
      }
    }
    try packer.flush()
  }

  private func submit(
    large path: [UInt8], _ status: FileStatus, _ packer: inout Packer
  ) throws(SnapshotError) {
    guard let file = try LargeFile.open(path, names: status.names, beneath: root, options: options) else {
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
    try packer.submit(.begin(file), weight: options.openWeight)
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
}
