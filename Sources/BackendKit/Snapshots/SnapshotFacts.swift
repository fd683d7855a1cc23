/// What an engine knew of a database when its snapshot was taken, for checks after a restore.
public struct SnapshotFacts: Sendable, Equatable, Codable {
  /// Rows by table.
  public var rowCounts: [String: Int64]
  /// What tells this database from any other: `systemIdentifier` and the like.
  public var identity: [String: String]
  /// Anything else worth keeping: versions, positions in logs.
  public var details: [String: String]

  /// Facts with these values.
  public init(
    rowCounts: [String: Int64] = [:], identity: [String: String] = [:], details: [String: String] = [:]
  ) {
    self.rowCounts = rowCounts
    self.identity = identity
    self.details = details
  }
}
