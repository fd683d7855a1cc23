import BackendKit
import Declarations
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

@testable import Execution

/// What a drill leaves out.
@Suite struct DrillTests {
  /// An action with these effects that is never run.
  private struct Effects: StepAction {
    static let declaration = ScriptedAction.declaration
    var effects = ActionEffects(phase: .other)

    init(_ effects: ActionEffects) { self.effects = effects }
    init(_ inputs: Record) {}

    func run(_ context: StepContext) async throws(StepFailure) -> StepResult { StepResult() }
    func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation { .notDone("") }
    func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome { .nothingToUndo }
    func probe(_ context: StepContext) async -> [ProbeFinding] { [] }
  }

  private func step(
    _ effects: ActionEffects, declared: Bool = false, modes: Set<RunMode> = [.recovery, .drill]
  )
    -> Step
  {
    let step = PlanFixtures.step("s", Effects(effects), modes: modes)
    return Step(
      id: step.id, title: nil, actionName: "Effects", action: step.action, needs: nil, timeout: step.timeout,
      retry: .never, onFailure: .abort, modes: modes, estimate: nil, uses: [], references: [],
      range: step.range, declaresTimeout: false, declaresModes: declared, definition: step.definition)
  }

  private let services = ActionEffects(phase: .restart, services: [PlanFixtures.service("api")])
  private let program = ActionEffects(phase: .other, isOpaque: true)
  private let backup = ActionEffects(phase: .other, captures: [PlanFixtures.database("orders")])
  private let restore = ActionEffects(phase: .restore, restores: [PlanFixtures.database("orders")])

  @Test func servicesAreNeverTouched() {
    #expect(LeftOut.reason(step(services), .drill)?.contains("`api`") == true)
    #expect(LeftOut.reason(step(services, declared: true), .drill)?.contains("`api`") == true)
    #expect(LeftOut.reason(step(services), .recovery) == nil)
  }

  @Test func programsAndBackupsRunOnlyWhereThePlanSaysSo() {
    for effects in [program, backup] {
      #expect(LeftOut.reason(step(effects), .drill)?.contains("modes: [recovery, drill]") == true)
      #expect(LeftOut.reason(step(effects, declared: true), .drill) == nil)
      #expect(LeftOut.reason(step(effects), .recovery) == nil)
      #expect(
        LeftOut.reason(step(effects, declared: true, modes: [.recovery]), .drill)
          == "a drill leaves it out: its modes are recovery")
    }
  }

  @Test func restoresRun() {
    #expect(LeftOut.reason(step(restore), .drill) == nil)
    #expect(LeftOut.reason(step(ActionEffects(phase: .notify)), .drill) == nil)
  }

  @Test func whatADrillLeavesOutIsNoException() {
    let graph = GraphFixture.graph([step(services)])
    let leftOut = LeftOut.steps(of: graph, mode: .drill, options: ExecutionOptions(excluded: [0: "--skip"]))
    // The mode weighs more: what a person left out besides makes it no exception either.
    #expect(leftOut[0]?.code == "SkippedByMode")
  }
}
