import BackendKit
import HostSystem
import Values

/// Looks whether a database file can be backed up; opens it for reading only, and not through SQLite, which would make
/// files beside it.
struct SQLiteSourceProbe {
  let path: String

  func finding() -> ProbeFinding {
    let subject = "`\(path)`"
    do throws(StepFailure) {
      guard let status = try RestorePlace.resolve(path).status, status.kind == .file else {
        return ProbeFinding(subject, .blocked, StepFailure.noDatabase(at: path).message)
      }
      let header = try files("reading the header of \(subject)") { () throws(FileError) in
        try FileDescriptor.open(path).bytes(16, path: path)
      }
      // A database without a table yet is an empty file.
      guard header.isEmpty || header == Array("SQLite format 3\0".utf8) else {
        return ProbeFinding(subject, .blocked, "it is not a SQLite database")
      }
      return ProbeFinding(subject, .checked, "a readable SQLite database of \(ByteCount(status.size))")
    } catch {
      return ProbeFinding(subject, .blocked, error.message)
    }
  }
}
