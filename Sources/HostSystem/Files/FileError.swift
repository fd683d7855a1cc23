import Glibc

/// A failed file system call: what was tried, on which path, and what the kernel said.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was tried, as a verb for people: `open`, `write`, `rename`.
  public let operation: String
  /// The path as shown to people; bytes that are not UTF-8 are replaced.
  public let path: String
  /// The kernel's error number; 0 when the call itself succeeded but its result was impossible, as a short read.
  public let number: Int32
  /// What went wrong, when that is more than `number` says.
  public let detail: String?

  /// An error with the number the kernel gave.
  public init(_ operation: String, _ path: String, number: Int32) {
    self.operation = operation
    self.path = path
    self.number = number
    self.detail = nil
  }

  /// An error that the kernel did not report.
  public init(_ operation: String, _ path: String, detail: String) {
    self.operation = operation
    self.path = path
    self.number = 0
    self.detail = detail
  }

  /// A file that is larger than its reader takes.
  static func tooLarge(_ path: String, bytes: Int64, limit: Int) -> FileError {
    FileError(
      operation: "read", path: path, number: EFBIG,
      detail: "it has \(bytes) bytes, more than the \(limit) that it may have")
  }

  private init(operation: String, path: String, number: Int32, detail: String) {
    self.operation = operation
    self.path = path
    self.number = number
    self.detail = detail
  }

  /// The error of the call that just failed on this thread.
  static func current(_ operation: String, _ path: String) -> FileError {
    FileError(operation, path, number: errno)
  }

  /// The error of a name that is to be made and is there already.
  public static func existing(_ path: String) -> FileError { FileError("make", path, number: EEXIST) }

  /// No such file or directory.
  public var isMissing: Bool { number == ENOENT }
  /// Something of that name exists already.
  public var isExisting: Bool { number == EEXIST }
  /// A part of the path that should be a folder is none.
  public var isNotDirectory: Bool { number == ENOTDIR }
  /// The file is larger than its reader takes.
  public var isTooLarge: Bool { number == EFBIG }
  /// No space, no quota or no inode is left.
  public var isNoSpace: Bool { number == ENOSPC || number == EDQUOT }
  /// A symbolic link stood where none is followed, or the path would have left its root.
  public var isUnsafe: Bool { number == ELOOP || number == EXDEV }

  /// For people.
  public var description: String {
    "cannot \(operation) `\(path)`: \(detail ?? Self.text(of: number))"
  }

  /// The system's sentence for an error number, starting in lower case.
  public static func text(of number: Int32) -> String { kernelErrorText(number) }
}
