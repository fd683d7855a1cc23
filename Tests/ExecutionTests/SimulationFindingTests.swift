import BackendKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// What a sweep finds in plans with one planted fault each, and in one without.
@Suite struct SimulationFindingTests {
  private typealias Fixture = SimulationFixture

  private func kinds(_ simulation: PlanSimulation) -> [SimulationFinding.Kind] {
    Fixture.findings(simulation).map(\.kind)
  }

  /// No fixture check reads data, so a plan that restores is never free of findings here.
  private static let clean = [Fixture.step("copy"), Fixture.step("verify", needs: ["copy"])]

  @Test func aPlanWithoutWeaknessHasNoFinding() {
    #expect(Fixture.findings(Fixture.simulation(Self.clean)).isEmpty)
  }

  @Test func aPlanThatTellsNobodyIsFound() throws {
    let findings = Fixture.findings(Fixture.simulation(Self.clean, finally: []))
    let finding = try #require(findings.first)
    #expect(findings.count == 1)
    #expect(finding.kind == .nobodyTold)
    #expect(finding.steps == [0, 1])
    #expect(finding.faults == [.fails, .hangs, .slow])
  }

  @Test func beingToldBeforeTheFaultDoesNotCount() {
    let simulation = Fixture.simulation(
      [Fixture.notify("announce", needs: []), Fixture.step("verify", needs: ["announce"])], finally: [])
    let finding = Fixture.findings(simulation).first { $0.kind == .nobodyTold }
    // If `announce` itself fails nobody was told before either: `verify` is what this is about.
    #expect(finding?.steps == [0, 1])
  }

  @Test func aPauseThatNobodyHearsOfIsFound() throws {
    let simulation = Fixture.simulation([
      Fixture.step("copy", onFailure: .pause), Fixture.step("verify", needs: ["copy"]),
    ])
    let findings = Fixture.findings(simulation)
    #expect(findings.map(\.kind) == [.unheardPause])
    #expect(findings.first?.steps == [0])
  }

  @Test func anApprovalThatNobodyHearsOfIsFound() {
    let approve = Fixture.step("approve", ActionEffects(phase: .waiting), needs: ["announce"])
    let verify = Fixture.step("verify", needs: ["approve"])
    let told = [Fixture.notify("announce", needs: []), approve, verify]
    #expect(kinds(Fixture.simulation(told)) == [])
    let silent = [Fixture.step("announce", needs: []), approve, verify]
    #expect(kinds(Fixture.simulation(silent)) == [.unheardApproval])
  }

  @Test func aTimeoutThatOutlastsTheRTOIsFoundWithOneThatDoesNot() throws {
    let simulation = Fixture.simulation([
      Fixture.step("copy", timeout: nil), Fixture.step("verify", needs: ["copy"]),
    ])
    let finding = try #require(Fixture.findings(simulation).first)
    #expect(finding.kind == .rtoLostByWaiting)
    #expect(finding.steps == [0])
    // 15 minutes less a second for telling people, and a minute each for copying again and verifying.
    #expect(finding.remedy.contains("at most 12m59s"), "\(finding.remedy)")

    let mended = Fixture.simulation([
      Fixture.step("copy", timeout: 779), Fixture.step("verify", needs: ["copy"], timeout: 60),
    ])
    #expect(kinds(mended) == [])
    let early = Fixture.simulation([
      Fixture.step("copy", timeout: 780), Fixture.step("verify", needs: ["copy"], timeout: 60),
    ])
    #expect(kinds(early) == [.rtoLostByWaiting])
  }

  @Test func waitingPastTheTolerableDowntimeIsFound() {
    let simulation = Fixture.simulation(
      [Fixture.step("copy", timeout: nil), Fixture.step("verify", needs: ["copy"])], mtd: .seconds(600))
    #expect(kinds(simulation) == [.mtdLostByWaiting])
  }

  @Test func aRestoreThatNothingReadsIsFound() {
    let simulation = Fixture.simulation([Fixture.restore(), Fixture.step("verify", needs: ["restore"])])
    #expect(kinds(simulation) == [.unverifiedRestore])
  }

  @Test func servicesThatStayStoppedAreAWeakness() throws {
    let simulation = Fixture.simulation([
      Fixture.step("stop", Fixture.stopping), Fixture.step("copy", needs: ["stop"]),
      Fixture.step("start", Fixture.starting, needs: ["copy"]), Fixture.step("verify", needs: ["start"]),
    ])
    let findings = Fixture.findings(simulation)
    #expect(findings.map(\.kind) == [.servicesLeftStopped])
    #expect(findings.first?.steps == [1])
    #expect(findings.first?.kind.isNoWayOut == false)
  }

  @Test func everyFindingSaysWhatToDo() {
    let plans = [
      Fixture.simulation(Self.clean, finally: []),
      Fixture.simulation([Fixture.restore(), Fixture.step("verify", timeout: nil)]),
    ]
    for finding in plans.flatMap(Fixture.findings) {
      #expect(!finding.message.isEmpty && !finding.remedy.isEmpty)
    }
  }
}
