import Glibc
import HostSystem
import Testing

@Suite struct SQLiteIntegrityTests {
  @Test func aSoundDatabaseHasNoFindings() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    try database.executeScript("CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1), (2)")
    #expect(try database.integrityFindings(.full) == [])
    #expect(try database.integrityFindings(.quick) == [])
    #expect(try database.foreignKeyViolations() == [])
  }

  @Test func overwrittenPagesAreFound() throws {
    let scratch = try HostScratch()
    let path = try filled(scratch)
    overwrite(path, at: 5 * 4096, count: 6 * 4096)
    let database = try SQLiteDatabase(path: path, mode: .readOnly)
    #expect(try !database.integrityFindings(.quick).isEmpty)
    #expect(try database.integrityFindings(.full, limit: 1).count == 1)
  }

  @Test func aFileThatIsNoDatabaseIsAFinding() throws {
    let scratch = try HostScratch()
    let path = try scratch.write(String(repeating: "no database ", count: 400), to: "a.db")
    var findings: [String] = []
    // Opening may already tell.
    do throws(SQLiteError) {
      findings = try SQLiteDatabase(path: path, mode: .readOnly).integrityFindings(.full)
    } catch { findings = [error.message] }
    #expect(findings == ["file is not a database"])
  }

  @Test func danglingReferencesAreNamed() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    try database.executeScript(
      """
      CREATE TABLE parent (id INTEGER PRIMARY KEY);
      CREATE TABLE child (parent REFERENCES parent);
      INSERT INTO child VALUES (1), (NULL), (2);
      INSERT INTO parent VALUES (2);
      """)
    let violations = try database.foreignKeyViolations()
    #expect(violations.map(\.table) == ["child"])
    #expect(violations.map(\.row) == [1])
    #expect(violations.map(\.parent) == ["parent"])
  }

  @Test func rowsAreCountedWhateverATableIsCalled() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    try database.executeScript(
      """
      CREATE TABLE "select" (x); INSERT INTO "select" VALUES (1), (2);
      CREATE TABLE "a ""quoted"" na'me" (id INTEGER PRIMARY KEY AUTOINCREMENT);
      INSERT INTO "a ""quoted"" na'me" DEFAULT VALUES;
      CREATE VIEW v AS SELECT 1;
      """)
    #expect(try database.tableRowCounts.map(\.table) == ["a \"quoted\" na'me", "select"])
    #expect(try database.tableRowCounts.map(\.rows) == [1, 2])
    let transactionIsOpen = database.isInTransaction
    #expect(!transactionIsOpen)
  }

  @Test func theHeaderIsRead() throws {
    let scratch = try HostScratch()
    let database = try SQLiteDatabase(path: scratch.file("a.db"), mode: .create)
    try database.executeScript("PRAGMA application_id = -7; PRAGMA user_version = 12; CREATE TABLE t (x)")
    #expect(try database.applicationID == -7)
    #expect(try database.userVersion == 12)
    #expect(try database.pageSize == 4096)
    #expect(try database.pageCount == 2)
  }

  private func filled(_ scratch: HostScratch) throws -> String {
    let path = scratch.file("a.db")
    let database = try SQLiteDatabase(path: path, mode: .create)
    try database.executeScript(
      """
      CREATE TABLE t (id INTEGER PRIMARY KEY, text UNIQUE);
      WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000)
      INSERT INTO t SELECT x, 'a text that fills pages ' || x FROM n;
      """)
    return path
  }

  private func overwrite(_ path: String, at offset: Int, count: Int) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    let bytes = [UInt8](repeating: 0xA5, count: count)
    #expect(pwrite(descriptor, bytes, count, off_t(offset)) == count)
    close(descriptor)
  }
}
