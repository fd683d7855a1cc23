import Glibc
import HostSystem
import Testing

@Suite struct SQLiteDatabaseTests {
  private func failure<Result>(_ body: () throws(SQLiteError) -> Result) -> SQLiteError? {
    do throws(SQLiteError) {
      _ = try body()
      return nil
    } catch { return error }
  }

  @Test func everyTypeComesBackAsItWentIn() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    let values: [SQLiteValue] = [.null, 7, .real(1.5), "täxt\0x", .blob([0, 1, 255]), .blob([]), ""]
    let rows = try database.query("SELECT ?, ?, ?, ?, ?, ?, ? AS last", values)
    #expect(rows.map(\.values) == [values])
    #expect(rows.first?["last"] == "")
    #expect(rows.first?["nothing"] == nil)
  }

  @Test func aNewDatabaseIsOursAlone() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    try database.executeScript("CREATE TABLE t (x)")
    var facts = stat()
    try #require(stat(scratch.file("a.db"), &facts) == 0)
    #expect(facts.st_mode & 0o777 == 0o600)
  }

  @Test func charactersOfAPathMeanNothing() throws {
    let scratch = try HostScratch()
    let name = "a?mode=ro#b%20 ä.db"
    let database = try SQLiteDatabase(path: scratch.file(name), mode: .create)
    try database.executeScript("CREATE TABLE t (x)")
    #expect(scratch.exists(name))
    let copy = try SQLiteDatabase(path: scratch.file(name), mode: .immutable)
    #expect(try copy.userTables == ["t"])
  }

  @Test func aMissingFileIsNotMade() throws {
    let scratch = try HostScratch()
    for mode in [SQLiteDatabase.Mode.readOnly, .immutable, .readWrite] {
      var code: SQLiteError.Code?
      do throws(SQLiteError) { _ = try SQLiteDatabase(path: scratch.file("a.db"), mode: mode) } catch {
        code = error.code.primary
      }
      #expect(code == .cannotOpen)
    }
    #expect(!scratch.exists("a.db"))
  }

  @Test func aReadOnlyConnectionRefusesToWrite() throws {
    let scratch = try HostScratch()
    let path = scratch.file("a.db")
    let writer = try SQLiteDatabase(path: path, mode: .create)
    try writer.executeScript("CREATE TABLE t (x)")
    let reader = try SQLiteDatabase(path: path, mode: .readOnly)
    let error = failure { () throws(SQLiteError) in try reader.execute("INSERT INTO t VALUES (1)") }
    #expect(error?.code.primary == .readOnly)
    #expect(error?.path == path)
  }

  @Test func anErrorNamesFileReasonAndCode() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    let error = failure { () throws(SQLiteError) in try database.query("SELECT * FROM missing") }
    #expect(error?.description == "`\(scratch.file("a.db"))`: no such table: missing (SQLite code 1)")
  }

  @Test func anExtendedCodeIsKept() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    try database.executeScript("CREATE TABLE t (x PRIMARY KEY); INSERT INTO t VALUES (1)")
    let error = failure { () throws(SQLiteError) in try database.execute("INSERT INTO t VALUES (1)") }
    #expect(error?.code.rawValue == 1555)
    #expect(error?.code.primary == .constraint)
  }

  @Test func aSecondStatementIsRefusedAndACommentIsNot() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    #expect(try database.value("SELECT 1; -- that is all\n") == 1)
    let error = failure { () throws(SQLiteError) in try database.query("SELECT 1; SELECT 2") }
    #expect(error?.message == "there is more than one statement")
    let empty = failure { () throws(SQLiteError) in try database.query(" -- nothing") }
    #expect(empty?.message == "the statement is empty")
  }

  @Test func theWrongNumberOfBindingsIsRefused() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    let error = failure { () throws(SQLiteError) in try database.query("SELECT ?, ?", [1]) }
    #expect(error?.message == "the statement has 2 parameters and was given 1")
  }

  @Test func aPreparedStatementRunsManyTimes() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    try database.executeScript("CREATE TABLE t (x)")
    try database.transaction { () throws(SQLiteError) in
      var insert = try database.prepare("INSERT INTO t VALUES (?)")
      for number in 1...100 { try insert.run([.integer(Int64(number))]) }
    }
    #expect(try database.value("SELECT sum(x) FROM t") == 5050)
  }

  @Test func aFailedTransactionLeavesNothing() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    try database.executeScript("CREATE TABLE t (x)")
    let error = failure { () throws(SQLiteError) in
      try database.transaction { () throws(SQLiteError) in
        try database.execute("INSERT INTO t VALUES (1)")
        try database.execute("INSERT INTO missing VALUES (1)")
      }
    }
    #expect(error != nil)
    let transactionIsOpen = database.isInTransaction
    #expect(!transactionIsOpen)
    #expect(try database.value("SELECT count(*) FROM t") == 0)
  }

  @Test func aLockOfAnotherIsBusy() throws {
    let scratch = try HostScratch()
    let path = scratch.file("a.db")
    let holder = try SQLiteDatabase(path: path, mode: .create)
    try holder.executeScript("CREATE TABLE t (x); BEGIN EXCLUSIVE")
    let other = try SQLiteDatabase(path: path, mode: .readWrite, busyTimeout: .milliseconds(20))
    let error = failure { () throws(SQLiteError) in try other.execute("INSERT INTO t VALUES (1)") }
    #expect(error?.code.primary == .busy)
  }

  private let endless =
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"

  @Test func aQueryEndsAtItsTimeLimit() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    let error = failure { () throws(SQLiteError) in
      try database.limited(to: .milliseconds(50)) { () throws(SQLiteError) in try database.query(endless) }
    }
    #expect(error?.code == .interrupted)
    #expect(error?.message == "the query took longer than 50ms")
    #expect(try database.value("SELECT 1") == 1)
  }

  @Test func cancellationEndsAQuery() async throws {
    let scratch = try HostScratch()
    let path = scratch.file("a.db")
    let sql = endless
    let task = Task {
      do throws(SQLiteError) {
        return try await runBlockingCancellable { flag throws(SQLiteError) -> SQLiteError? in
          let database = try SQLiteDatabase(path: path, mode: .create)
          try database.limited(cancellation: flag) { () throws(SQLiteError) in _ = try database.query(sql) }
          return nil
        }
      } catch { return error }
    }
    #expect(await eventually { scratch.exists("a.db") })
    task.cancel()
    #expect(await task.value?.message == "the query was cancelled")
  }
}
