/// How far a backup, restore, verification or comparison has come.
public struct TransferProgress: Sendable, Equatable {
  /// Bytes of content done.
  public var bytesDone: Int64
  /// Bytes of content in all.
  public var bytesTotal: Int64
  /// Files done.
  public var filesDone: Int64
  /// Files in all.
  public var filesTotal: Int64

  /// Progress with these values.
  public init(bytesDone: Int64, bytesTotal: Int64, filesDone: Int64, filesTotal: Int64) {
    self.bytesDone = bytesDone
    self.bytesTotal = bytesTotal
    self.filesDone = filesDone
    self.filesTotal = filesTotal
  }
}

/// Told of progress from some thread, one call at a time, about ten times a second and once at the end.
public typealias ProgressHandler = @Sendable (TransferProgress) -> Void
