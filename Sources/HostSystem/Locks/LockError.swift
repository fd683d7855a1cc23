/// Why a lease could not be had.
public enum LockError: Error, Sendable, CustomStringConvertible {
  /// Somebody else has it; nil when the file does not say who.
  case held(path: String, by: LeaseHolder?)
  /// The file could not be used.
  case unusable(path: String, reason: String)

  /// The file and the holder or the reason.
  public var description: String {
    switch self {
    case .held(let path, let holder): "`\(path)` is locked by \(holder?.description ?? "another process")"
    case .unusable(let path, let reason): "`\(path)` cannot be locked: \(reason)"
    }
  }
}
