import Diagnostics
import DrplanTestKit
import Testing

/// Places of drills against places of production.
@Suite struct DrillPlaceTests {
  private func plan(_ databases: String..., repository: String = "/backups") -> GraphedPlan {
    GraphedPlan(
      """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: orders
      objectives: {rto: 15m, rpo: 5m}
      repository: {directory: \(repository)}
      databases:
        \(databases.joined(separator: "\n  "))
      steps:
        \(run("a"))
      """)
  }

  @Test(arguments: [
    // The source, the recovery place, what holds them, what lies in them; its own and another's.
    ("/p/a", "/r/a", "/p/a"), ("/p/a", "/r/a", "/r/a"), ("/p/a", "/r/a", "/p"), ("/p/a", "/r/a", "/"),
    ("/p/a", "/r/a", "/r/a/x"), ("/p/a", "/r/a", "/q/b"), ("/p/a", "/r/a", "/q/b/y/z"),
    ("/p/a", "/r/a", "/q"),
    // The repository.
    ("/p/a", "/r/a", "/backups"), ("/p/a", "/r/a", "/backups/scratch"),
  ])
  func aDrillThatWouldTouchProductionIsRefused(_ source: String, _ recovery: String, _ drill: String) {
    let plan = plan(
      "1️⃣a2️⃣: {engine: Files, source: {path: \(source)}, recovery: {path: \(recovery)}, drill: {path: \(drill)}}",
      "b: {engine: Files, source: {path: /q/b}}")
    #expect(plan.codes == ["DRP409"], "\(plan.messages)")
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.graph == nil)
  }

  @Test(arguments: ["/p/ab", "/p/b", "/r/drill", "/backups2"])
  func aPlaceOfItsOwnIsFine(_ drill: String) {
    #expect(
      plan(
        "a: {engine: Files, source: {path: /p/a}, recovery: {path: /r/a}, drill: {path: \(drill)}}",
        "b: {engine: Files, source: {path: /q/b}}"
      ).codes == [])
  }

  @Test(arguments: [("/d/x", "/d/x"), ("/d/x", "/d/x/y"), ("/d/x/y", "/d/x")])
  func twoDrillsInOnePlaceAreRefused(_ first: String, _ second: String) {
    let codes = plan(
      "a: {engine: Files, source: {path: /p/a}, drill: {path: \(first)}}",
      "b: {engine: Files, source: {path: /p/b}, drill: {path: \(second)}}"
    ).codes
    #expect(Set(codes) == ["DRP405"])
  }
}
