import BackendKit
import DrplanTestKit
import HostSystem
import RunEvents
import Testing
import Values

@testable import Backends

@Suite struct VerifyIntegrityTests {
  private let here: CheckSituation
  private let context: StepContext

  init() throws {
    here = try CheckSituation()
    try SampleDatabase.make(here.scratch.file("orders.db"), orders: 20)
    context = here.context(["orders": try DataKeys.sqlite(here.scratch.file("orders.db"))])
  }

  @Test func allChecksPassed() async throws {
    let result = try await verify(
      "{type: EngineCheck, database: orders}", query("equals: 20"), "{type: Command, command: [\"true\"]}"
    ).run(context)
    #expect(result.outputs == ["passed": "3", "failed": "0"])
    #expect(Set(here.checks.map(\.id)) == ["EngineCheck-1", "Query-2", "Command-3"])
    #expect(here.checks.allSatisfy { $0.state == .passed })
  }

  @Test func everyCheckIsMadeAndEveryFailureNamed() async throws {
    let failure = await #expect(throws: StepFailure.self) {
      try await verify(
        query("equals: 1", "id: first"), "{type: Command, command: [no-such-program]}", query("equals: 20")
      ).run(context)
    }
    #expect(failure?.code.rawValue == "CheckFailed")
    #expect(failure?.isRetryable == true)
    #expect(failure?.message == "2 of 3 checks did not pass: first, Command-2")
    #expect(failure?.lastLines.first == "first: expected 1, found 20")
    let last = "Command-2: could not run: ProgramUnavailable: `no-such-program`"
    #expect(failure?.lastLines.last?.hasPrefix(last) == true)
    let states = Dictionary(uniqueKeysWithValues: here.checks.map { ($0.id, $0.state) })
    #expect(states == ["first": .failed, "Command-2": .errored, "Query-3": .passed])
  }

  @Test func aCheckThatIsNotRequiredIsOnRecordAndFailsNothing() async throws {
    let result = try await verify(query("equals: 1", "required: false"), query("equals: 20")).run(context)
    #expect(result.outputs == ["passed": "1", "failed": "1"])
    #expect(here.checks.count { $0.state == .failed } == 1)
  }

  @Test func moreChecksThanRunAtOnceAreAllMade() async throws {
    let texts = (1...11).map { _ in query("equals: 20") }
    let result = try await verify(texts).run(context)
    #expect(result.outputs["passed"] == "11")
    #expect(here.checks.count == 11)
  }

  @Test func aCheckThatCannotBeRecordedFailsTheStep() async throws {
    let silent = here.context(
      ["orders": try DataKeys.sqlite(here.scratch.file("orders.db"))], refusesRecords: true)
    let failure = await #expect(throws: StepFailure.self) {
      try await verify(query("equals: 20")).run(silent)
    }
    #expect(failure?.code == .journal)
  }

  @Test func aDryRunMakesNoCheck() async throws {
    let findings = try await verify(query("equals: 1", "id: later")).probe(context)
    #expect(findings.map(\.state) == [.wouldRun])
    #expect(findings.map(\.subject) == ["check later"])
    #expect(here.checks.isEmpty)
  }

  private func query(_ expectation: String, _ more: String = "required: true") -> String {
    "{type: Query, database: orders, sql: select count(*) from orders, expect: {\(expectation)}, \(more)}"
  }

  private func verify(_ checks: String...) throws -> VerifyIntegrity { try verify(checks) }

  private func verify(_ checks: [String]) throws -> VerifyIntegrity {
    VerifyIntegrity(
      try DataKeys.record(VerifyIntegrity.declaration, "checks: [\(checks.joined(separator: ", "))]"))
  }
}
