public import Values

/// The commit record of one snapshot: written last, and the only thing that makes it exist.
public struct SnapshotRecord: Sendable, Equatable, Codable {
  /// An object of the repository: its content's digest, which is also its name, and its size.
  public struct Object: Sendable, Equatable, Codable {
    /// SHA-256 of the stored bytes.
    public var sha256: SHA256Digest
    /// The number of stored bytes.
    public var bytes: ByteCount
    /// An object with these values.
    public init(sha256: SHA256Digest, bytes: ByteCount) {
      self.sha256 = sha256
      self.bytes = bytes
    }
  }

  /// How a snapshot relates to others.
  public struct Kind: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The name in records and plans.
    public let rawValue: String
    /// A kind of this name.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// For people.
    public var description: String { rawValue }
    /// Holds everything itself.
    public static let full = Kind(rawValue: "Full")
  }

  /// The version of this record's form: 1.
  public var schemaVersion: Int
  /// The snapshot's id, which is also the record's file name.
  public var id: SnapshotID
  /// The database, which is also the record's directory.
  public var database: DatabaseID
  /// The engine of the database.
  public var engine: String
  /// Full for now.
  public var kind: Kind
  /// When work on it began.
  public var startedAt: Timestamp
  /// When the record was written.
  public var finishedAt: Timestamp
  /// The recovery point: the start of the consistent view.
  public var consistentAt: Timestamp
  /// When reading or copying the data had ended: nothing in the snapshot is younger.
  ///
  /// At or after `consistentAt`.
  public var latestAt: Timestamp
  /// The list of everything in the snapshot.
  public var manifest: Object
  /// The archives that hold the content, in the order the manifest counts them.
  public var packs: [Object]
  /// Regular files, further names of the same file not counted.
  public var files: Int64
  /// Directories, the top one included.
  public var directories: Int64
  /// Symbolic links and further names of files.
  public var links: Int64
  /// Bytes of all files as their sizes say, holes included.
  public var logicalBytes: ByteCount
  /// Bytes of all files without the holes that a restore leaves: what the files need on a disk, but for its own
  /// rounding.
  public var allocatedBytes: ByteCount
  /// Bytes of manifest and packs.
  public var storedBytes: ByteCount
  /// How many sockets, FIFOs, devices and vanished files were left out; the manifest names each.
  public var skipped: Int64
  /// The first of what was left out, with the reason, for people.
  public var skippedExamples: [String]
  /// What the engine knew of the content.
  public var facts: SnapshotFacts
  /// The program and its version.
  public var tool: String
  /// The host that took the snapshot.
  public var host: String
  /// How long it took.
  public var seconds: Double
  /// Logical bytes each second.
  public var bytesPerSecond: Int64
  /// SHA-256 of the record's file with the digits of this value replaced by zeros: shows edits and damage.
  public var seal: SHA256Digest

  /// A record with these values, not sealed yet.
  public init(
    id: SnapshotID, database: DatabaseID, engine: String, kind: Kind = .full, startedAt: Timestamp,
    finishedAt: Timestamp, consistentAt: Timestamp, latestAt: Timestamp, manifest: Object, packs: [Object],
    files: Int64, directories: Int64, links: Int64, logicalBytes: ByteCount, allocatedBytes: ByteCount,
    storedBytes: ByteCount, skipped: Int64,
    skippedExamples: [String], facts: SnapshotFacts, tool: String, host: String, seconds: Double,
    bytesPerSecond: Int64
  ) {
    self.schemaVersion = 1
    self.id = id
    self.database = database
    self.engine = engine
    self.kind = kind
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.consistentAt = consistentAt
    self.latestAt = latestAt
    self.manifest = manifest
    self.packs = packs
    self.files = files
    self.directories = directories
    self.links = links
    self.logicalBytes = logicalBytes
    self.allocatedBytes = allocatedBytes
    self.storedBytes = storedBytes
    self.skipped = skipped
    self.skippedExamples = skippedExamples
    self.facts = facts
    self.tool = tool
    self.host = host
    self.seconds = seconds
    self.bytesPerSecond = bytesPerSecond
    self.seal = .zero
  }
}
