import BackendKit
import HostSystem
import Values

extension StepFailure.Code {
  /// There is no room for what should be written.
  static let noSpace = StepFailure.Code(rawValue: "NoSpace")
  /// What should be read is not there, or is of another kind.
  static let sourceUnusable = StepFailure.Code(rawValue: "SourceUnusable")
  /// Data cannot be restored to that place as it is.
  static let targetUnusable = StepFailure.Code(rawValue: "TargetUnusable")
  /// Someone else restores to that place right now.
  static let targetBusy = StepFailure.Code(rawValue: "TargetBusy")
  /// The data cannot be read as what it should be.
  static let damaged = StepFailure.Code(rawValue: "Damaged")
}

extension StepFailure {
  /// A refused system call on a file.
  init(file error: FileError, doing what: String) {
    if error.isNoSpace {
      self.init(
        .noSpace, "\(what): \(error)", remedy: "free space there, or restore to a larger file system",
        isRetryable: false)
    } else {
      self.init(.system, "\(what): \(error)")
    }
  }

  /// What SQLite refused.
  init(sqlite error: SQLiteError, doing what: String) {
    let message = "\(what): \(error)"
    switch error.code.primary {
    case .interrupted: self.init(.cancelled, message)
    case .full:
      self.init(.noSpace, message, remedy: "free space on that file system", isRetryable: false)
    case .corrupt, .notADatabase: self.init(.damaged, message, isRetryable: false)
    case .notAllowed:
      self.init(
        .checkMisfit, message, remedy: "write one `select`, or a pragma that looks", isRetryable: false)
    case .busy, .locked:
      self.init(.system, message, remedy: "find who holds the lock with `fuser \(error.path)`")
    default: self.init(.system, message)
    }
  }

  /// What the repository refused; the code is the repository's with a capital: `SnapshotMissing`.
  init(snapshot error: SnapshotError) {
    guard error.code != .cancelled else {
      self.init(.cancelled, error.message, remedy: error.remedy)
      return
    }
    let word = error.code.rawValue
    self.init(
      Code(rawValue: word.prefix(1).uppercased() + word.dropFirst()), error.message, remedy: error.remedy,
      isRetryable: error.code == .io || error.code == .sourceChanged)
  }

  /// The run stopped the step.
  static func cancelled(_ what: String) -> StepFailure { StepFailure(.cancelled, "\(what) was cancelled") }
}

/// Runs file calls and turns their errors into a step's.
func files<Result>(
  _ what: @autoclosure () -> String, _ body: () throws(FileError) -> Result
) throws(StepFailure) -> Result {
  do { return try body() } catch { throw StepFailure(file: error, doing: what()) }
}
