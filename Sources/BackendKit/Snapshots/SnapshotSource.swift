public import Values

/// What to take a snapshot of.
public struct SnapshotSource: Sendable {
  /// The database, which is also the series the snapshot belongs to.
  public var database: DatabaseID
  /// The name of its engine.
  public var engine: String
  /// The directory, or the single regular file, to keep.
  public var root: String
  /// When work on the snapshot began; its id begins with it.
  public var startedAt: Timestamp
  /// The recovery point: the START of the consistent view that `root` holds.
  public var consistentAt: Timestamp
  /// When the engine had copied the data: nothing in `root` is younger.
  ///
  /// Nil for data that is still in use: then it is the moment at which the repository has read all of it.
  public var latestAt: Timestamp?
  /// What the engine knows of the content.
  public var facts: SnapshotFacts

  /// A source with these values.
  public init(
    database: DatabaseID, engine: String, root: String, startedAt: Timestamp, consistentAt: Timestamp,
    latestAt: Timestamp? = nil, facts: SnapshotFacts = SnapshotFacts()
  ) {
    self.database = database
    self.engine = engine
    self.root = root
    self.startedAt = startedAt
    self.consistentAt = consistentAt
    self.latestAt = latestAt
    self.facts = facts
  }
}
