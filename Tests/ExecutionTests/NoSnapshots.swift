import BackendKit

/// A repository for runs that take and restore no snapshots.
struct NoSnapshots: SnapshotStore {}
