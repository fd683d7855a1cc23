import BackendKit
import Declarations
import DrplanTestKit
import FoundationEssentials
import HostSystem
import RunEvents
import Testing
import Values

@testable import Backends

/// The checks that read a database.
@Suite struct DatabaseCheckTests {
  private let here: CheckSituation
  private let engine: SQLiteEngine
  private let path: String

  init() throws {
    here = try CheckSituation()
    path = here.scratch.file("orders.db")
    try SampleDatabase.make(path, orders: 20)
    engine = try DataKeys.sqlite(path)
  }

  @Test func engineCheckHoldsTheContract() async throws {
    let bad = here.scratch.file("bad.db")
    try SampleDatabase.make(bad, orders: 3)
    try SQLiteDatabase(path: bad, mode: .readWrite).executeScript("DELETE FROM orders WHERE id = 2")
    try await CheckContract(
      EngineCheck(try DataKeys.record(EngineCheck.declaration, "{database: orders}")),
      right: here.context(["orders": engine]), wrong: here.context(["orders": try DataKeys.sqlite(bad)]),
      impossible: here.context(["orders": try DataKeys.sqlite(here.scratch.file("gone.db"))])
    ).holds()
  }

  @Test func rowCountsHoldsTheContract() async throws {
    let record = try await here.snapshot("orders", engine)
    let fewer = here.scratch.file("fewer.db")
    try SampleDatabase.make(fewer, orders: 19)
    try await CheckContract(
      RowCountsCheck(try DataKeys.record(RowCountsCheck.declaration, "{database: orders}")),
      right: here.context(["orders": engine], restored: [record]),
      wrong: here.context(["orders": try DataKeys.sqlite(fewer)], restored: [record]),
      impossible: here.context(["orders": engine])
    ).holds()
  }

  @Test func rowCountsNamesEveryTableThatDiffers() throws {
    let check = RowCountsCheck(try DataKeys.record(RowCountsCheck.declaration, "{database: orders}"))
    let outcome = check.compare(["a": 10, "b": 5, "c": 1, "d": 0], with: ["a": 9, "c": 1, "d": 0, "new": 7])
    #expect(!outcome.passed)
    #expect(outcome.actual == "`a` has 9 instead of 10; `b` is missing instead of having 5")
    #expect(outcome.expected == "16 rows in 4 tables")
  }

  @Test(arguments: [(95, true), (94, false), (105, true), (106, false)])
  func aToleranceGoesBothWaysAndIsExact(_ found: Int64, _ passes: Bool) throws {
    let check = RowCountsCheck(
      try DataKeys.record(RowCountsCheck.declaration, "{database: orders, tolerance: 5%}"))
    #expect(check.compare(["a": 100], with: ["a": found]).passed == passes)
    #expect(check.compare(["a": 100], with: ["a": found]).expected.hasSuffix("within 5%"))
  }

  @Test func rowCountsOfATableThatWasNotRecordedCannotBeMade() async throws {
    let record = try await here.snapshot("orders", engine)
    let check = RowCountsCheck(
      try DataKeys.record(RowCountsCheck.declaration, "{database: orders, tables: [orders, gone]}"))
    let failure = await #expect(throws: StepFailure.self) {
      try await check.run(here.context(["orders": engine], restored: [record]))
    }
    #expect(failure?.message == "the snapshot \(record.id) has no count of `gone`")
  }

  @Test func queryHoldsTheContract() async throws {
    let other = here.scratch.file("other.db")
    try SampleDatabase.make(other, orders: 2)
    let text =
      "{database: orders, sql: \"select count(*) from orders where id > ${run.floor}\", expect: {equals: 20}}"
    let values = ["${run.floor}": "0"]
    try await CheckContract(
      QueryCheck(try DataKeys.record(QueryCheck.declaration, text)),
      right: here.context(["orders": engine], values: values),
      wrong: here.context(["orders": try DataKeys.sqlite(other)], values: values),
      impossible: here.context(["orders": engine])
    ).holds()
  }

  @Test(arguments: [
    "pragma integrity_chek", "begin", "vacuum", "vacuum into 'made.db'", "attach 'made.db' as other",
    "pragma journal_mode = delete", "pragma user_version = 3", "delete from orders returning id",
    "create temp table t (x)", "explain select 1", "savepoint s", "select load_extension('x')",
    "select 1; select 2",
  ])
  func whatIsNoQuestionIsNotAsked(_ sql: String) async throws {
    let sql = sql.replacing("made.db", with: here.scratch.file("made.db"))
    let check = QueryCheck(
      try DataKeys.record(QueryCheck.declaration, "{database: orders, sql: \"\(sql)\", expect: {rows: 0}}"))
    let failure = await #expect(throws: StepFailure.self) {
      try await check.run(here.context(["orders": engine]))
    }
    #expect(failure != nil, "\(sql)")
    #expect(!here.scratch.has("made.db"))
    #expect(try SampleDatabase.soundOrders(path) == 20)
  }

  @Test(arguments: [
    "pragma integrity_check", "pragma user_version", "pragma table_info(orders)",
    "with n (i) as (select 1) select i from n", "select count(*) from pragma_table_info('orders')",
  ])
  func whatLooksIsAsked(_ sql: String) async throws {
    #expect(try await engine.query(sql, limit: 1).count == 1)
  }

  @Test(arguments: [
    ("{equals: 0}", "0.0", true), ("{equals: \"0\"}", "0.0", false), ("{equals: 0}", "zero", false),
    ("{equals: paid}", "paid", true), ("{equals: paid}", "Paid", false), ("{min: 10}", "10", true),
    ("{min: 10}", "9.99", false), ("{min: 10}", "many", false), ("{max: -1}", "-1", true),
    ("{max: -1}", "0", false),
    ("{between: [1, 10]}", "10", true), ("{between: [1, 10]}", "10.5", false),
    ("{equals: 9007199254740993}", "9007199254740992", false), ("{matches: \"^v[0-9]+$\"}", "v12", true),
    ("{matches: \"^v[0-9]+$\"}", "xv12", false), ("{matches: \"b\"}", "abc", true), ("{rows: 1}", "x", true),
    ("{rows: 0}", "x", false),
  ])
  func anExpectationJudgesOneValue(_ expectation: String, _ value: String, _ passes: Bool) throws {
    let record = try DataKeys.record(
      QueryCheck.declaration, "{database: d, sql: s, expect: \(expectation)}")
    #expect(record[QueryCheck.expectKey].judge([[value]]).passed == passes)
  }

  @Test func whatIsNotOneValueMeetsNoExpectationButRows() throws {
    let record = try DataKeys.record(QueryCheck.declaration, "{database: d, sql: s, expect: {max: 5}}")
    let expectation = record[QueryCheck.expectKey]
    #expect(expectation.judge([]) == (false, "no row"))
    #expect(expectation.judge([["1"], ["2"]]) == (false, "more than one row"))
    #expect(expectation.judge([[nil]]) == (false, "NULL"))
    #expect(QueryExpectation.rows(2).judge([["1"], ["2"], ["3"]]) == (false, "more than 2 rows"))
  }

  @Test func checksumsHoldsTheContract() async throws {
    let tree = try makeTree("tree", "content")
    let record = try await here.snapshot("tree", tree)
    let changed = try makeTree("changed", "contend")
    try await CheckContract(
      ChecksumsCheck(try DataKeys.record(ChecksumsCheck.declaration, "{database: tree}")),
      right: here.context(["tree": tree], restored: [record]),
      wrong: here.context(["tree": changed], restored: [record]), impossible: here.context(["tree": tree])
    ).holds()
  }

  @Test func checksumsDoNotFitADatabaseThatChangesItsFiles() async throws {
    let check = ChecksumsCheck(try DataKeys.record(ChecksumsCheck.declaration, "{database: orders}"))
    #expect(check.misfit(with: engine)?.hasSuffix("use `EngineCheck` and `RowCounts`") == true)
    let failure = await #expect(throws: StepFailure.self) {
      try await check.run(here.context(["orders": engine]))
    }
    #expect(failure?.code.rawValue == "CheckMisfit")
  }

  @Test func sqlDoesNotFitFiles() throws {
    let files = try DataKeys.files(here.scratch.path)
    let query = QueryCheck(
      try DataKeys.record(QueryCheck.declaration, "{database: f, sql: s, expect: {rows: 1}}"))
    let counts = RowCountsCheck(try DataKeys.record(RowCountsCheck.declaration, "{database: f}"))
    #expect(query.misfit(with: files) != nil)
    #expect(counts.misfit(with: files) != nil)
    #expect(query.misfit(with: engine) == nil)
  }

  @Test func recoveryPointAgeHoldsTheContract() async throws {
    let record = try await here.snapshot("orders", engine)
    try await CheckContract(
      RecoveryPointAgeCheck(try DataKeys.record(RecoveryPointAgeCheck.declaration, "{within: 5m}")),
      right: here.context(restored: [record], disruptedAt: record.consistentAt.advanced(by: .seconds(300))),
      wrong: here.context(restored: [record], disruptedAt: record.consistentAt.advanced(by: .seconds(301))),
      impossible: here.context()
    ).holds()
  }

  @Test func dataFromAfterTheDisruptionHasNoAge() async throws {
    let record = try await here.snapshot("orders", engine)
    let check = RecoveryPointAgeCheck(
      try DataKeys.record(RecoveryPointAgeCheck.declaration, "{database: orders, within: 5m}"))
    #expect(!check.readsData)
    let failure = await #expect(throws: StepFailure.self) {
      try await check.run(
        here.context(restored: [record], disruptedAt: record.consistentAt.advanced(by: .seconds(-1))))
    }
    #expect(failure?.message.contains("from after the disruption") == true)
  }

  private func makeTree(_ name: String, _ content: String) throws -> FilesEngine {
    try FileManager.default.createDirectory(
      atPath: here.scratch.file(name), withIntermediateDirectories: false)
    try here.scratch.write("\(name)/file", content)
    return try DataKeys.files(here.scratch.file(name))
  }
}
