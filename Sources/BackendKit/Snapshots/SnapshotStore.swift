/// Where snapshots live.
public protocol SnapshotStore: Sendable {}
