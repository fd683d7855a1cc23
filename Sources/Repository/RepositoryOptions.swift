import HostSystem

/// How a repository cuts and compresses; the defaults are what was measured, tests make everything small.
struct RepositoryOptions: Sendable {
  /// Threads that compress, inflate and hash.
  var workers = WorkerTeam.processors
  /// The library that compresses.
  var engine = DeflateCodec.Engine.isal
  /// Its level; ISA-L's 2 gives what `igzip` gives.
  var level = 2
  /// Files at least this large are cut into blocks of their own; smaller ones share blocks of about this size.
  var packedBlock = 1 << 20
  /// A pack is closed at the first end of a file beyond this size.
  var packTarget: Int64 = 256 << 20
  /// Bytes of plain content in flight between threads: a block of the largest kind for each processor.
  var window: Int { max(workers, 2) * max(Self.largestBlock, packedBlock) }
  /// What a large file counts for in a backup's window while it is open: however many processors there are, at most
  /// 64 are, so that descriptors do not run out on many files of holes, which weigh nothing else.
  var openWeight: Int { window / 64 }
  /// Files at least this large are restored past the page cache: no copy, no flood of dirty pages for the sync at the
  /// end to wait for.
  var directWrites: Int64 = 4 << 20
  /// Threads that restore: more than processors, because those that write wait for the device.
  var restorers: Int { workers + 2 }
  /// Whether a restore syncs each file by itself, because the sync of the file system at its end would not tell of a
  /// write that failed.
  var syncsEachFile = !WritebackErrors.areToldForFileSystem
  /// Whether a restore gives files to the owners they had.
  var setsOwners = HostFacts.isRoot
  /// Forces the path lookup that needs no openat2.
  var walksComponents = false

  /// The block size of a file: larger files get larger blocks, so that the list of digests stays small.
  func blockSize(forFileOf size: Int64) -> Int {
    if packedBlock < 1 << 20 { return packedBlock }
    if size <= 256 << 20 { return 1 << 20 }
    return size <= 16 << 30 ? 4 << 20 : 8 << 20
  }

  /// The largest block of a file that a reader accepts.
  static let largestBlock = 8 << 20
  /// The largest block of many files, or of a manifest, that a reader accepts.
  static let largestPackedBlock = 16 << 20
}
