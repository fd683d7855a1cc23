import BackendKit
import Declarations
import HostSystem
import Values

/// Copies a database that others may be using, with what is known of the copy.
struct SQLiteCapture: Sendable {
  /// The database file.
  let source: String
  /// An empty folder to copy into.
  let scratch: String

  /// The copy under the source's name, with the source's mode, owner and time, durable but for its name.
  func run(_ flag: CancellationFlag) throws(StepFailure) -> CapturedData {
    let place = try RestorePlace.resolve(source)
    guard let status = place.status, status.kind == .file else { throw .noDatabase(at: source) }
    let copy = scratch + "/" + place.name
    var captured: CapturedData
    do throws(SQLiteError) {
      let database = try SQLiteDatabase(path: place.path, mode: .readOnly, busyTimeout: .seconds(30))
      let summary = try database.limited(cancellation: flag) { () throws(SQLiteError) in
        try database.onlineBackup(to: copy)
      }
      captured = CapturedData(path: copy, consistentAt: summary.consistentAt)
      try describe(copy, flag, into: &captured)
    } catch {
      throw StepFailure(sqlite: error, doing: "copying `\(source)`")
    }
    captured.identity["inode"] = String(status.inode)
    try files("giving the copy the mode of `\(source)`") { () throws(FileError) in try dress(copy, as: status)
    }
    return captured
  }

  /// Counts and numbers are the copy's: the source has gone on.
  private func describe(
    _ copy: String, _ flag: CancellationFlag, into captured: inout CapturedData
  ) throws(SQLiteError) {
    let database = try SQLiteDatabase(path: copy, mode: .immutable)
    let facts = try database.limited(cancellation: flag) { () throws(SQLiteError) in
      var counts: [String: Int64] = [:]
      for count in try database.tableRowCounts { counts[count.table] = count.rows }
      let identity = [
        "applicationID": String(try database.applicationID),
        "userVersion": String(try database.userVersion),
        "pageSize": String(try database.pageSize),
        "sqliteVersion": try database.value("SELECT sqlite_version()")?.text ?? "",
      ]
      return (counts, identity)
    }
    captured.rowCounts = facts.0
    captured.identity = facts.1
  }

  /// The owner only if it is another: giving a file away takes rights that its own user need not have.
  private func dress(_ copy: String, as source: FileStatus) throws(FileError) {
    let file = try FileDescriptor.open(copy)
    let now = try file.status(path: copy)
    let isOwn = now.user == source.user && now.group == source.group
    try file.setMetadata(
      owner: isOwn ? nil : (source.user, source.group), mode: source.mode, modified: source.modified,
      path: copy)
  }
}
