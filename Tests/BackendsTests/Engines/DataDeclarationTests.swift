import BackendKit
import Declarations
import Diagnostics
import PlanSyntax
import Testing

@testable import Backends

/// What plans may say about engines, checks and the steps about data.
@Suite struct DataDeclarationTests {
  @Test(arguments: checkFamily.entries.map(\.declaration.name))
  func theExampleOfACheckCanBeRead(_ name: String) throws {
    let example = try #require(checkFamily.entry(named: name)).declaration.example
    let root = try #require(PlanParser.parse(bytes: Array(example.utf8), file: "example.yaml").root)
    var decoding = Decoding(baseDirectory: "/plan")
    let checks = ValueType<[PlannedCheck]>.plannedChecks.read(root, &decoding)
    #expect(checks?.map(\.type) == [name], "\(decoding.diagnostics.map(\.message))")
  }

  @Test(arguments: dataActions.map(\.declaration.name))
  func theExampleOfAStepCanBeRead(_ name: String) throws {
    let entry = try #require(dataActions.first { $0.declaration.name == name })
    let root = try #require(
      PlanParser.parse(bytes: Array(entry.declaration.example.utf8), file: "example.yaml").root)
    guard case .sequence(let steps) = root.content else { throw NotAList() }
    #expect(steps[0]["action"]?.text == name)
    var decoding = Decoding(baseDirectory: "/plan")
    #expect(entry.declaration.shape.read(try #require(steps[0]["with"]), &decoding) != nil)
  }

  @Test(arguments: engineFamily.entries.map(\.declaration.name))
  func theExampleOfAnEngineCanBeRead(_ name: String) throws {
    let entry = try #require(engineFamily.entry(named: name))
    let root = try #require(
      PlanParser.parse(bytes: Array(entry.declaration.example.utf8), file: "example.yaml").root)
    guard case .mapping(let databases)? = root["databases"]?.content else { throw NotAList() }
    #expect(databases[0].value["engine"]?.text == name)
    var decoding = Decoding(baseDirectory: "/plan")
    #expect(entry.declaration.shape.read(try #require(databases[0].value["source"]), &decoding) != nil)
  }

  @Test(arguments: ["PostgreSQL", "MariaDB", "JetStream", "Aerospike"])
  func aLaterEngineIsRefusedByName(_ name: String) throws {
    var decoding = Decoding(baseDirectory: "/plan")
    let root = try #require(PlanParser.parse(bytes: Array("{engine: \(name)}".utf8), file: "p.yaml").root)
    #expect(engineFamily.select(root, &decoding) == nil)
    #expect(decoding.diagnostics.map(\.rule.code) == ["DRP120"])
  }

  @Test func anUnknownEngineIsAnswered() throws {
    var decoding = Decoding(baseDirectory: "/plan")
    let root = try #require(PlanParser.parse(bytes: Array("{engine: sqlite}".utf8), file: "p.yaml").root)
    #expect(engineFamily.select(root, &decoding) == nil)
    #expect(decoding.diagnostics.first?.hint?.hasPrefix("did you mean `SQLite`?") == true)
  }

  @Test func relativePathsCountFromThePlan() throws {
    let record = try DataKeys.record(
      SQLiteEngine.declaration, "{path: ../var/orders.db}", folder: "/srv/plans")
    #expect(SQLiteEngine(record).path == "/srv/var/orders.db")
    #expect(SQLiteEngine(record).target == .data(at: "/srv/var/orders.db"))
  }

  @Test func checksHaveNamesOfTheirOwn() throws {
    let text = """
      checks:
        - {type: TCP, port: 1}
        - {type: TCP, port: 2, id: second, required: false}
        - {type: TCP, port: 3}
      """
    let step = VerifyIntegrity(try DataKeys.record(VerifyIntegrity.declaration, text))
    #expect(step.checks.map(\.id) == ["TCP-1", "second", "TCP-3"])
    #expect(step.checks.map(\.isRequired) == [true, false, true])
  }

  @Test func twoChecksOfOneNameAreRefused() throws {
    let text = "checks: [{type: TCP, port: 1, id: a}, {type: TCP, port: 2, id: a}]"
    #expect(
      try DataKeys.findings(VerifyIntegrity.declaration, text) == [
        "DRP105 two checks of this step are named `a`"
      ])
  }

  @Test(arguments: [
    ("{type: TCP, port: 1, watch: 5m}", "DRP103"), ("{type: TCP, port: 70000}", "DRP105"),
    ("{type: Query, database: d, sql: s, expect: {}}", "DRP102"),
    ("{type: Query, database: d, sql: s, expect: {min: 1, max: 2}}", "DRP111"),
    ("{type: Query, database: d, sql: s, expect: {between: [2, 1]}}", "DRP105"),
    ("{type: Query, database: d, sql: s, expect: {matches: \"(\"}}", "DRP105"),
    ("{type: Query, database: d, sql: s, expect: {min: \"1\"}}", "DRP103"),
    ("{type: HTTP, url: \"http://h\", contains: a, matches: b}", "DRP111"),
    ("{type: HTTP, url: \"http://h\", method: POST}", "DRP110"),
    ("{type: RecoveryPointAge, within: 300}", "DRP106"),
    ("{type: RowCounts, database: d, tolerance: 5}", "DRP103"),
    ("{type: TCP, port: 1, id: Not Kebab}", "DRP108"),
  ])
  func aCheckThatCannotWorkIsRefused(_ check: String, _ code: String) throws {
    let findings = try DataKeys.findings(VerifyIntegrity.declaration, "checks: [\(check)]")
    #expect(findings.map { $0.prefix(6) } == [code.prefix(6)], "\(findings)")
  }

  struct NotAList: Error {}
}
