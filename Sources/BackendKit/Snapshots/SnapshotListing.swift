public import Values

/// The snapshots of a repository, with those that cannot be used named, never left out.
public struct SnapshotListing: Sendable, Equatable {
  /// A record that is there but cannot be trusted.
  public struct Damaged: Sendable, Equatable {
    /// Where the record is, as a path within the repository.
    public var name: String
    /// The database by the record's place, nil when even that makes no sense.
    public var database: DatabaseID?
    /// What is wrong with it.
    public var reason: String
    /// A damaged record with these values.
    public init(name: String, database: DatabaseID?, reason: String) {
      self.name = name
      self.database = database
      self.reason = reason
    }
  }

  /// Oldest recovery point first; ties in the order of their ids.
  public var snapshots: [SnapshotRecord]
  /// In the order of their names.
  public var damaged: [Damaged]

  /// A listing of these, put in order.
  public init(snapshots: [SnapshotRecord], damaged: [Damaged] = []) {
    self.snapshots = snapshots.sorted { ($0.consistentAt, $0.id) < ($1.consistentAt, $1.id) }
    self.damaged = damaged.sorted { $0.name < $1.name }
  }
}
