import Glibc
import HostSystem
import Testing

@Suite struct SQLiteBackupTests {
  /// Two accounts whose sum every transaction keeps, and enough other rows for many steps.
  private func makeBank(_ path: String, journal: String) throws(SQLiteError) {
    let database = try SQLiteDatabase(path: path, mode: .create)
    try database.executeScript(
      """
      PRAGMA journal_mode = \(journal);
      CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER);
      INSERT INTO account VALUES (1, 500), (2, 500);
      CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT);
      WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000)
      INSERT INTO entry SELECT x, 'a text that fills pages of this database ' || x FROM n;
      """)
  }

  /// Moves money and adds an entry until told to stop; gives the number of commits.
  private func write(_ path: String, until stop: CancellationFlag, _ started: CancellationFlag) -> Int {
    var commits = 0
    do throws(SQLiteError) {
      let database = try SQLiteDatabase(path: path, mode: .readWrite, busyTimeout: .seconds(60))
      while !stop.isCancelled {
        try database.transaction { () throws(SQLiteError) in
          try database.execute("UPDATE account SET balance = balance - 1 WHERE id = 1")
          try database.execute("INSERT INTO entry (text) VALUES ('moved')")
          try database.execute("UPDATE account SET balance = balance + 1 WHERE id = 2")
        }
        commits += 1
        // Without a breath between commits a copy in DELETE mode would get its locks by luck alone.
        usleep(500)
        started.cancel()
      }
    } catch { Issue.record("\(error)") }
    return commits
  }

  @Test(arguments: ["WAL", "DELETE"])
  func aCopyMadeUnderFireHoldsOneState(journal: String) async throws {
    let scratch = try HostScratch()
    let (path, copyPath) = (scratch.file("a.db"), scratch.file("copy.db"))
    try makeBank(path, journal: journal)
    let (stop, started) = (CancellationFlag(), CancellationFlag())
    async let commits = runBlocking { write(path, until: stop, started) }
    #expect(await eventually { started.isCancelled })
    let summary = try await runBlocking { () throws(SQLiteError) in
      let database = try SQLiteDatabase(path: path, mode: .readWrite, busyTimeout: .seconds(60))
      return try database.onlineBackup(to: copyPath, pagesPerStep: 8)
    }
    stop.cancel()
    #expect(await commits > 0)
    if journal == "WAL" { #expect(summary.restarts == 0) }

    let copy = try SQLiteDatabase(path: copyPath, mode: .immutable)
    #expect(try copy.integrityFindings(.full) == [])
    #expect(try copy.value("SELECT sum(balance) FROM account") == 1000)
    // One entry for each move: both tables are of the same commit.
    let moved = try copy.value("SELECT balance - 500 FROM account WHERE id = 2")
    #expect(try copy.value("SELECT count(*) FROM entry WHERE text = 'moved'") == moved)
    #expect(try copy.pageCount == summary.pages)
    #expect(!scratch.exists("copy.db-wal"))
    #expect(!scratch.exists("copy.db-journal"))
  }

  @Test func theRecoveryPointIsNotAfterTheState() async throws {
    let scratch = try HostScratch()
    let path = scratch.file("a.db")
    try makeBank(path, journal: "WAL")
    let clock = HostClock()
    let before = clock.now
    let database = try SQLiteDatabase(path: path, mode: .readWrite)
    let other = try SQLiteDatabase(path: path, mode: .readWrite)
    var committed = before
    let summary = try database.onlineBackup(to: scratch.file("copy.db"), pagesPerStep: 8) { _ in
      guard committed == before else { return }
      do throws(SQLiteError) { try other.execute("INSERT INTO entry (text) VALUES ('late')") } catch {
        Issue.record("\(error)")
      }
      committed = clock.now
    }
    let copy = try SQLiteDatabase(path: scratch.file("copy.db"), mode: .immutable)
    #expect(try copy.value("SELECT count(*) FROM entry WHERE text = 'late'") == 0)
    #expect(before <= summary.consistentAt)
    #expect(summary.consistentAt < committed)
  }

  @Test func progressReachesTheEnd() throws {
    let scratch = try HostScratch()
    try makeBank(scratch.file("a.db"), journal: "DELETE")
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .readOnly)
    var seen: [SQLiteBackupProgress] = []
    let summary = try database.onlineBackup(to: scratch.file("copy.db"), pagesPerStep: 50) { seen.append($0) }
    #expect(seen.count > 3)
    #expect(seen.map(\.copiedPages) == seen.map(\.copiedPages).sorted())
    #expect(seen.last?.copiedPages == summary.pages)
    #expect(summary.restarts == 0)
  }

  @Test func anExistingFileIsNotOverwritten() throws {
    let scratch = try HostScratch()
    try makeBank(scratch.file("a.db"), journal: "DELETE")
    try scratch.write("precious", to: "copy.db")
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .readOnly)
    var code: SQLiteError.Code?
    do throws(SQLiteError) { try database.onlineBackup(to: scratch.file("copy.db")) } catch {
      code = error.code
    }
    #expect(code == .cannotOpen)
    #expect(scratch.read("copy.db") == "precious")
  }

  @Test func aCancelledCopyLeavesNoFile() throws {
    let scratch = try HostScratch()
    try makeBank(scratch.file("a.db"), journal: "DELETE")
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .readOnly)
    let flag = CancellationFlag()
    var failure: SQLiteError?
    do throws(SQLiteError) {
      try database.limited(cancellation: flag) { () throws(SQLiteError) in
        _ = try database.onlineBackup(to: scratch.file("copy.db"), pagesPerStep: 1) { _ in flag.cancel() }
      }
    } catch { failure = error }
    #expect(failure?.code == .interrupted)
    #expect(!scratch.exists("copy.db"))
  }

  @Test func aLockThatStaysIsAnErrorAndLeavesNoFile() throws {
    let scratch = try HostScratch()
    try makeBank(scratch.file("a.db"), journal: "DELETE")
    let database = try SQLiteDatabase(
      path: scratch.file("a.db"), mode: .readOnly, busyTimeout: .milliseconds(50))
    _ = try database.userTables
    let holder = try SQLiteDatabase(path: scratch.file("a.db"), mode: .readWrite)
    try holder.executeScript("BEGIN EXCLUSIVE")
    var failure: SQLiteError?
    do throws(SQLiteError) { try database.onlineBackup(to: scratch.file("copy.db")) } catch {
      failure = error
    }
    try holder.executeScript("ROLLBACK")
    #expect(failure?.code.primary == .busy)
    #expect(!scratch.exists("copy.db"))
  }
}
