import BackendKit
import Declarations
import HostSystem
import Values

/// By what a SQLite database is told from others.
enum SQLiteIdentity {
  private enum Kind: String, CaseIterable, Sendable {
    case file = "File"
  }

  static let applicationIDKey = Key<String?>.optional(
    "applicationId",
    ValueType<Int>.integer(Int(Int32.min)...Int(Int32.max)).map { number, _, _ in String(number) },
    "`PRAGMA application_id` of the database that stands there: a number of your choice, planted once")

  static let keys = [
    PlaceIdentity.fileSystemKey,
    .optional(
      "kind", ValueType<Kind>.choice("a kind of data").map { kind, _, _ in kind.rawValue },
      "what stands there, if anything does: `File`"), applicationIDKey,
  ]

  /// The facts of a database file, or of the place where one would be.
  static func facts(of file: String) throws(StepFailure) -> [String: String] {
    let identity = try PlaceIdentity.of(file)
    var facts = identity.facts
    guard identity.place.status?.kind == .file, let number = applicationID(at: identity.place.path) else {
      return facts
    }
    facts["applicationId"] = String(number)
    return facts
  }

  /// The number in the file's header; nil for anything that is not a whole header, and where it may stand elsewhere.
  static func applicationID(at path: String) -> Int32? {
    // What cannot be read is damage, and damage is what recovery is for.
    guard let header = try? FileDescriptor.open(path).bytes(100, path: path), header.count == 100,
      header.starts(with: Array("SQLite format 3\0".utf8))
    else { return nil }
    let number = header[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    // One that was planted and not yet carried over from the log shows as 0.
    if number == 0, let log = try? HostPath.status(path + "-wal"), log.size > 0 { return nil }
    return Int32(bitPattern: number)
  }
}
