import BackendKit
import Declarations
import HostSystem
import Values

/// Asks a database in SQL and judges the answer.
struct QueryCheck: IntegrityCheck {
  static let databaseKey = Key<DatabaseID>.checkedDatabase
  static let sqlKey = Key<Template>.required(
    "sql", .template, "one query; it is run without the right to write")
  static let expectKey = Key<QueryExpectation>.required(
    "expect", QueryExpectation.shape.value { QueryExpectation($0) }, "what its answer has to be")

  /// The keys of the check and what it proves.
  static let declaration = KindDeclaration(
    "Query",
    summary: "Asks the database in SQL and judges the answer.",
    notes: """
      The query is one statement that gives columns and changes nothing: a `select`, or a pragma that looks \
      (`integrity_check`, `user_version`). Anything else is refused: what writes, attaches or makes files, what begins \
      transactions, and a misspelled pragma. All expectations but `rows` want exactly one row and look at \
      its first value; NULL meets none of them. A plain number is compared by value (`10` equals `10.0`), a quoted text \
      byte for byte. `matches` is a regular expression in the syntax of Swift, found anywhere unless anchored.
      """,
    example: """
      - {type: Query, database: orders, sql: "select count(*) from orders where total < 0", expect: {equals: 0}}
      """,
    shape: Shape(
      "the check Query", [databaseKey.erased, sqlKey.erased, expectKey.erased], synonyms: ["query": "sql"]))

  private let id: DatabaseID
  private let sql: Template
  private let expectation: QueryExpectation

  /// The check described by those keys.
  init(_ check: Record) {
    id = check[Self.databaseKey]
    sql = check[Self.sqlKey]
    expectation = check[Self.expectKey]
  }

  /// The database it reads.
  var database: DatabaseID? { id }

  /// Why it cannot read a database of that engine.
  func misfit(with engine: any DatabaseEngine) -> String? {
    engine is any QueryableDatabase
      ? nil : "`Query` cannot ask `\(id)`: the engine \(type(of: engine).declaration.name) knows no SQL"
  }

  /// Looks once.
  func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome {
    let engine = try context.checked(id)
    guard let queryable = engine as? any QueryableDatabase else {
      throw .misfit(misfit(with: engine) ?? "`Query` cannot ask `\(id)`")
    }
    let rows = try await queryable.query(try context.text(sql), limit: expectation.rowLimit)
    let expectation = expectation
    let verdict = await runBlocking { expectation.judge(rows) }
    return CheckOutcome(passed: verdict.passed, expected: expectation.text, actual: verdict.actual)
  }
}
