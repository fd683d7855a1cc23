import Diagnostics
import DrplanTestKit
import StepGraph
import Testing
import Values

@Suite struct NameTests {
  private func plan(_ sections: String, _ steps: String) -> GraphedPlan {
    GraphedPlan(
      """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: orders
      objectives: {rto: 15m, rpo: 5m}
      \(sections)
      steps:
        \(steps)
      """)
  }

  @Test func anUndeclaredDatabaseIsReportedWithTheNearest() {
    let plan = plan(
      "databases: {orders: {engine: SQLite, source: {path: /x}}}",
      "- {id: a, action: RestoreDatabase, with: {database: 1️⃣ordrs2️⃣}}")
    #expect(plan.codes == ["DRP204"])
    #expect(plan.messages == ["the plan declares no database `ordrs`"])
    #expect(plan.hints == ["did you mean `orders`?"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func whatIsDeclaredIsListedWhenNothingIsNear() {
    let plan = plan(
      "services: {api: {manager: Process, command: [x]}, web: {manager: Process, command: [x]}}",
      "- {id: a, action: RestartServices, with: {services: [zzzzz, api, web]}}")
    #expect(plan.hints == ["declared: api, web"])
    #expect(
      self.plan("", "- {id: a, action: RestartServices, with: {services: [zzzzz]}}").hints == [
        "the plan declares no services"
      ])
  }

  @Test func anUndeclaredSecretOfAChannelIsReported() {
    let plan = plan(
      "channels: {room: {type: Slack, webhookUrl: 1️⃣\"${secrets.hook}\"2️⃣}}",
      "- {id: a, action: NotifyStakeholders, onFailure: Continue, with: {channels: [room], message: m}}")
    #expect(plan.messages == ["the plan declares no secret `hook`"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func whatNoStepUsesIsWarnedOf() {
    let plan = plan(
      """
      secrets: {1️⃣k2️⃣: {env: K}}
      databases: {3️⃣d4️⃣: {engine: SQLite, source: {path: /x}}}
      services: {5️⃣s6️⃣: {manager: Process, command: [x]}}
      channels: {7️⃣c8️⃣: {type: Terminal}}
      """, run("a"))
    #expect(plan.graph != nil)
    #expect(plan.diagnostics.map(\.rule.code) == ["DRP210", "DRP210", "DRP210", "DRP210"])
    #expect(
      Set(plan.diagnostics.map(\.range)) == [plan["1️⃣", "2️⃣"], plan["3️⃣", "4️⃣"], plan["5️⃣", "6️⃣"], plan["7️⃣", "8️⃣"]])
    #expect(plan.diagnostics.allSatisfy { $0.rule.severity == .warning })
  }

  @Test func whatFinallyUsesIsUsed() {
    let plan = GraphedPlan(
      """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: orders
      objectives: {rto: 15m, rpo: 5m}
      channels: {c: {type: Terminal}}
      steps:
        \(run("a"))
      finally:
        - {id: z, action: NotifyStakeholders, with: {channels: [c], message: m}}
      """)
    #expect(plan.diagnostics == [])
  }

  @Test func aNotificationThatCanStopTheRecoveryIsWarnedOf() {
    let plan = plan(
      "channels: {c: {type: Terminal}}",
      "- {id: 1️⃣tell2️⃣, action: NotifyStakeholders, with: {channels: [c], message: m}}")
    #expect(plan.codes == ["DRP702"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.graph != nil)
  }
}

@Suite struct PlaceTests {
  private func plan(_ databases: String, repository: String = "/backups") -> GraphedPlan {
    GraphedPlan(
      """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: orders
      objectives: {rto: 15m, rpo: 5m}
      repository: {directory: 8️⃣\(repository)9️⃣}
      databases:
        \(databases.split(separator: "\n").joined(separator: "\n  "))
      steps:
        \(run("a"))
      """)
  }

  @Test func twoDatabasesInOnePlaceAreRefused() {
    let plan = plan(
      "a: {engine: SQLite, source: {path: /d/x}}\n1️⃣b2️⃣: {engine: SQLite, source: {path: /d/../d/x}}")
    #expect(plan.codes == ["DRP405"])
    #expect(plan.messages == ["databases `a` and `b` stand in one place, `/d/x`"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test(arguments: [("/d", "/d/x/y"), ("/d/x/y", "/d"), ("/", "/d")])
  func aDatabaseInsideAnotherIsRefusedAtTheSecond(_ first: String, _ second: String) {
    let plan = plan(
      "a: {engine: Files, source: {path: \(first)}}\n1️⃣b2️⃣: {engine: SQLite, source: {path: \(second)}}")
    #expect(plan.codes.filter { $0 == "DRP405" } == ["DRP405"])
    #expect(plan.messages.contains("databases `a` (`\(first)`) and `b` (`\(second)`) lie inside each other"))
    #expect(plan.ranges.contains(plan["1️⃣", "2️⃣"]))
  }

  @Test func recoveryPlacesCountToo() {
    let plan = plan(
      "a: {engine: Files, source: {path: /p/a}, recovery: {path: /dr}}\nb: {engine: Files, source: {path: /p/b}, recovery: {path: /dr}}"
    )
    #expect(plan.codes == ["DRP405"])
  }

  @Test func placesSideBySideAreFine() {
    #expect(
      plan("a: {engine: Files, source: {path: /d/x}}\nb: {engine: Files, source: {path: /d/xy}}").codes == [])
    #expect(plan("a: {engine: Files, source: {path: /d/x}, recovery: {path: /d/x}}").codes == [])
  }

  @Test func aRepositoryInsideADatabaseIsRefused() {
    let plan = plan("a: {engine: Files, source: {path: /srv}}", repository: "/srv/backups")
    #expect(plan.codes == ["DRP407"])
    #expect(plan.messages == ["the repository `/srv/backups` lies inside the database `a` (`/srv`)"])
    #expect(plan.ranges == [plan["8️⃣", "9️⃣"]])
  }

  @Test func aDatabaseInsideTheRepositorysFolderIsFine() {
    #expect(plan("a: {engine: Files, source: {path: /srv/a}}", repository: "/srv").codes == [])
  }

  @Test func thousandsOfDatabasesAreCompared() {
    let text = (0..<3000).map { "d\($0): {engine: SQLite, source: {path: /data/\($0).db}}" }.joined(
      separator: "\n")
    #expect(plan(text).codes == [])
    #expect(
      plan(text + "\nlast: {engine: SQLite, source: {path: /data/7.db}}").messages == [
        "databases `d7` and `last` stand in one place, `/data/7.db`"
      ])
  }

  @Test func anOverlapDoesNotHideAnUnverifiedRestore() {
    let plan = GraphedPlan(
      """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: orders
      objectives: {rto: 15m, rpo: 5m}
      databases: {a: {engine: Files, source: {path: /d}}, b: {engine: Files, source: {path: /d}}}
      steps:
        \(restore("r", "a"))
      """)
    #expect(plan.codes == ["DRP405", "DRP403"])
  }
}
