public import Values

extension SnapshotListing {
  /// The snapshot of `database` that `point` asks for: the newest, the newest that holds nothing from after an
  /// instant, or exactly one; nil when there is none.
  ///
  /// Pure: what is newest is told by recovery points, never by names or by when a record was written.
  public func snapshot(of database: DatabaseID, at point: RecoveryPoint) -> SnapshotRecord? {
    let own = snapshots.filter { $0.database == database }
    switch point {
    case .latest: return own.last
    case .at(let instant): return own.last { $0.latestAt <= instant }
    case .snapshot(let id): return own.first { $0.id == id }
    }
  }
}
