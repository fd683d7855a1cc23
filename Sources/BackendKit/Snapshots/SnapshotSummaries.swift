public import Values

/// What a restore brought back.
public struct RestoreSummary: Sendable, Equatable {
  /// Regular files.
  public var files: Int64
  /// Bytes of content, holes included.
  public var bytes: ByteCount
  /// The snapshot it came from.
  public var record: SnapshotRecord
  /// Folders beside the target that restores to it left behind when they died: nobody needs them any more.
  public var leftovers: [String]
  /// Files, directories and links that belong to another user or group than when they were backed up, because only root
  /// may give them away.
  ///
  /// Further names of a file count once.
  public var ownersNotSet: Int64

  /// A summary with these values.
  public init(
    files: Int64, bytes: ByteCount, record: SnapshotRecord, leftovers: [String] = [], ownersNotSet: Int64 = 0
  ) {
    self.files = files
    self.bytes = bytes
    self.record = record
    self.leftovers = leftovers
    self.ownersNotSet = ownersNotSet
  }
}

/// What reading every stored byte of a snapshot found.
public struct VerificationSummary: Sendable, Equatable {
  /// One thing that is not as it was written.
  public struct Damage: Sendable, Equatable, Comparable, CustomStringConvertible {
    /// The stored object, as a path within the repository.
    public var object: String
    /// The file of the snapshot that needs it; nil when no content is lost.
    public var file: String?
    /// The number of the block within the file, from 0; nil when the whole object is unusable.
    public var block: Int64?
    /// What is wrong.
    public var reason: String

    /// Damage with these values.
    public init(object: String, file: String?, block: Int64?, reason: String) {
      self.object = object
      self.file = file
      self.block = block
      self.reason = reason
    }

    /// For people.
    public var description: String {
      let place = file.map { file in block.map { "block \($0) of `\(file)`" } ?? "`\(file)`" }
      return [place, "in `\(object)`", reason].compactMap(\.self).joined(separator: " ")
    }

    /// In the order of reports: by name, then by what is said of it.
    public static func < (left: Self, right: Self) -> Bool {
      (left.file ?? "", left.block ?? -1, left.object, left.reason)
        < (right.file ?? "", right.block ?? -1, right.object, right.reason)
    }
  }

  /// The snapshot read.
  public var record: SnapshotRecord
  /// Files whose content was read.
  public var files: Int64
  /// Blocks read.
  public var blocks: Int64
  /// Bytes of content those blocks hold.
  public var bytes: ByteCount
  /// The first thousand places of damage, by file and block.
  public var damage: [Damage]
  /// All places of damage.
  public var damageCount: Int64

  /// A summary with these values.
  public init(
    record: SnapshotRecord, files: Int64, blocks: Int64, bytes: ByteCount, damage: [Damage],
    damageCount: Int64
  ) {
    self.record = record
    self.files = files
    self.blocks = blocks
    self.bytes = bytes
    self.damage = damage
    self.damageCount = damageCount
  }

  /// Whether every byte is as it was written.
  public var isIntact: Bool { damageCount == 0 }
}

/// How a tree on disk differs from a snapshot.
public struct ComparisonSummary: Sendable, Equatable {
  /// One difference.
  public struct Difference: Sendable, Equatable, Comparable, CustomStringConvertible {
    /// What differs.
    public enum Kind: Sendable, Equatable {
      /// In the snapshot, not on disk.
      case missing
      /// On disk, not in the snapshot.
      case extra
      /// The content of this block, counted from 0, differs.
      case content(block: Int64)
      /// The size differs.
      case size(expected: Int64, actual: Int64)
      /// It is another kind of thing.
      case type(expected: String, actual: String)
      /// The permission bits differ.
      case mode(expected: UInt32, actual: UInt32)
      /// The symbolic link points elsewhere.
      case target
      /// Two names of one file are two files now.
      case hardLink
      /// It could not be read.
      case unreadable(String)
    }

    /// The path within the tree.
    public var path: String
    /// What differs.
    public var kind: Kind

    /// A difference with these values.
    public init(path: String, kind: Kind) {
      self.path = path
      self.kind = kind
    }

    /// For people.
    public var description: String {
      switch kind {
      case .missing: "`\(path)` is missing"
      case .extra: "`\(path)` is not in the snapshot"
      case .content(let block): "`\(path)` differs in block \(block)"
      case .size(let expected, let actual): "`\(path)` has \(actual) bytes instead of \(expected)"
      case .type(let expected, let actual): "`\(path)` is a \(actual) instead of a \(expected)"
      case .mode(let expected, let actual):
        "`\(path)` has mode \(String(actual, radix: 8)) instead of \(String(expected, radix: 8))"
      case .target: "`\(path)` points elsewhere"
      case .hardLink: "`\(path)` is no longer a second name of the same file"
      case .unreadable(let reason): "`\(path)` could not be read: \(reason)"
      }
    }

    /// In the order of reports: by name, then by what is said of it.
    public static func < (left: Self, right: Self) -> Bool {
      (left.path, left.description) < (right.path, right.description)
    }
  }

  /// The snapshot compared with.
  public var record: SnapshotRecord
  /// Files of which type, size and content were compared.
  public var files: Int64
  /// Bytes hashed.
  public var bytes: ByteCount
  /// The first thousand differences, by path.
  public var differences: [Difference]
  /// All differences.
  public var differenceCount: Int64

  /// A summary with these values.
  public init(
    record: SnapshotRecord, files: Int64, bytes: ByteCount, differences: [Difference], differenceCount: Int64
  ) {
    self.record = record
    self.files = files
    self.bytes = bytes
    self.differences = differences
    self.differenceCount = differenceCount
  }

  /// Whether names, types, modes, links and content are all the same.
  public var isIdentical: Bool { differenceCount == 0 }
}

/// What a look at a repository showed, without changing it.
public struct StoreStatus: Sendable, Equatable {
  /// Whether there is a repository.
  public var exists: Bool
  /// Whether snapshots could be read.
  public var isReadable: Bool
  /// Whether snapshots could be written; for a missing repository, whether one could be made.
  public var isWritable: Bool
  /// Room left for snapshots, if it has a limit.
  public var freeBytes: ByteCount?
  /// Where it is, for people.
  public var location: String

  /// A status with these values.
  public init(exists: Bool, isReadable: Bool, isWritable: Bool, freeBytes: ByteCount?, location: String) {
    self.exists = exists
    self.isReadable = isReadable
    self.isWritable = isWritable
    self.freeBytes = freeBytes
    self.location = location
  }
}
