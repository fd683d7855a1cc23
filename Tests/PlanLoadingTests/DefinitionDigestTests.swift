import Diagnostics
import DrplanTestKit
import PlanLoading
import PlanModel
import Testing
import Values

@Suite struct DefinitionDigestTests {
  private func digest(_ step: String, _ point: String = "Latest") throws -> SHA256Digest {
    let loaded = LoadedPlan(
      """
      \(LoadedPlan.head)
      params: {point: {default: \(point)}}
      databases: {orders: {engine: SQLite, source: {path: x}}}
      steps:
      \(step)
      """)
    return try #require(loaded.plan?.steps.first?.definition, "\(loaded.messages)")
  }

  private let plain =
    "- {id: a, action: RestoreDatabase, timeout: 5m, with: {database: orders, backup: \"${params.point}\"}}"

  @Test func orderCommentsQuotesAndLayoutDoNotMatter() throws {
    let other = """
        - with:
            backup: Latest   # the newest
            database: "orders"
          timeout: '5m'

          action: RestoreDatabase
          id: a
      """
    #expect(try digest(plain) == digest(other))
  }

  @Test func whatTheStepDoesMatters() throws {
    let first = try digest(plain)
    #expect(try first != digest(plain.replacing("5m", with: "6m")))
    #expect(try first != digest(plain.replacing("id: a", with: "id: b")))
    #expect(try first != digest(plain.replacing("timeout: 5m", with: "timeout: 5m, needs: []")))
  }

  @Test func theValueOfAParameterMatters() throws {
    #expect(try digest(plain) != digest(plain, "20261120T031502Z-a1b2c3d4"))
  }

  @Test func theOrderOfAListMatters() throws {
    let command = "- {id: a, action: RunCommand, with: {command: [x, z]}}"
    #expect(try digest(command) != digest(command.replacing("[x, z]", with: "[z, x]")))
    #expect(try digest(command) != digest(command.replacing("[x, z]", with: "[\"x, z\"]")))
  }
}
