import DrplanTestKit
import StepGraph
import Testing
import Values

@Suite struct GraphRenderingTests {
  static let orders = """
    apiVersion: drplan/v1
    kind: RecoveryPlan
    name: orders
    objectives: {rto: 15m, rpo: 5m, restoredWhen: verify-orders}
    databases:
      orders: {engine: SQLite, source: {path: /data/orders.db}}
      attachments: {engine: Files, source: {path: /data/attachments}}
    services: {orders-api: {manager: Process, command: [serve]}}
    channels: {console: {type: Terminal}}
    steps:
      - {id: announce, action: NotifyStakeholders, needs: [], timeout: 30s, onFailure: Continue, with: {channels: [console], message: Begun}}
      - {id: restore-orders, title: Restore the orders database, action: RestoreDatabase, needs: [], estimate: 4m, timeout: 6m, with: {database: orders}}
      - {id: restore-attachments, action: RestoreDatabase, needs: [], estimate: 90s, timeout: 6m, with: {database: attachments}}
      - {id: scrub, action: RunCommand, needs: [restore-orders], modes: [drill], timeout: 1m, with: {command: [scrub]}}
      - {id: restart-services, action: RestartServices, needs: [restore-orders, restore-attachments], timeout: 1m, with: {services: [orders-api]}}
      - {id: verify-orders, action: VerifyIntegrity, estimate: 20s, timeout: 5m, with: {checks: [{type: EngineCheck, database: orders}, {type: EngineCheck, database: attachments}]}}
      - {id: all-clear, action: NotifyStakeholders, timeout: 30s, onFailure: Continue, with: {channels: [console], message: Done}}
    finally:
      - {id: close-out, action: NotifyStakeholders, timeout: 30s, with: {channels: [console], message: "${run.result}"}}
    """

  private func graph(_ text: String = orders) throws -> StepGraph {
    let plan = GraphedPlan(text)
    return try #require(plan.graph, "\(plan.messages)")
  }

  @Test func textShowsThePathOnATimeLine() throws {
    try assertGolden(GraphText.text(graph(), width: 120, color: false), "orders.txt")
  }

  @Test func textFitsANarrowTerminal() throws {
    let text = GraphText.text(try graph(), width: 80, color: false)
    try assertGolden(text, "orders-80.txt")
    for line in text.split(separator: "\n") { #expect(line.count <= 80) }
  }

  @Test func colourAddsNothingButBold() throws {
    let plain = GraphText.text(try graph(), width: 120, color: false)
    let bold = GraphText.text(try graph(), width: 120, color: true)
    #expect(bold.contains("\u{1b}[1m"))
    #expect(bold.replacing("\u{1b}[1m", with: "").replacing("\u{1b}[0m", with: "") == plain)
  }

  @Test func textOfAPlanWithoutTimesSaysSo() throws {
    let plan = GraphedPlan.steps(
      [run("a"), run("b", "needs: []"), run("c", "needs: [a, b]")].joined(separator: "\n"))
    try assertGolden(GraphText.text(try #require(plan.graph), width: 100, color: false), "untimed.txt")
  }

  @Test func dotIsForGraphviz() throws { try assertGolden(GraphDot.text(graph()), "orders.dot") }

  @Test func mermaidIsForMarkdown() throws { try assertGolden(GraphMermaid.text(graph()), "orders.mmd") }

  @Test func jsonIsForMachines() throws {
    try assertGolden(GraphJSON.value(graph()).text(pretty: true) + "\n", "orders.json")
  }
}
