import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Values

@testable import Execution

/// Plans to simulate, made in code.
enum SimulationFixture {
  /// A step with an estimate.
  static func step(
    _ id: String, _ effects: ActionEffects? = nil, needs: [String]? = nil, estimate: Int? = 60,
    timeout: Int? = 300, retry: RetryPolicy = .never,
    onFailure: FailurePolicy = .abort
  ) -> Step {
    let effects = effects ?? ActionEffects(phase: id == "verify" ? .verify : .other)
    // For the parts that nothing here is about.
    let plain = PlanFixtures.step(id, needs: [])
    return Step(
      id: PlanFixtures.step(id), title: nil, actionName: "Scripted",
      action: ScriptedAction.succeeding(effects: effects),
      needs: needs?.map { StepNeed(name: $0, range: plain.range) }, timeout: .seconds(timeout ?? 900),
      retry: retry, onFailure: onFailure, modes: Set(RunMode.allCases),
      estimate: estimate.map { .seconds($0) }, uses: [], references: [], range: plain.range,
      declaresTimeout: timeout != nil, definition: .zero)
  }

  static func notify(_ id: String, needs: [String]? = nil, onFailure: FailurePolicy = .continue) -> Step {
    step(id, telling, needs: needs, estimate: 1, timeout: 10, onFailure: onFailure)
  }

  static func restore(_ id: String = "restore", needs: [String]? = nil) -> Step {
    step(id, restoring, needs: needs)
  }

  /// Restore, verify within an RTO of 15 minutes; `finally` tells people unless it is given otherwise.
  static func simulation(
    _ main: [Step], finally: [Step]? = nil, restoredWhen: String? = "verify", mtd: Duration? = nil,
    parallelism: Int = 8
  ) -> PlanSimulation {
    var plan = PlanFixtures.plan(main, finally: finally ?? [notify("close-out")])
    plan.objectives.mtd = mtd
    let drawn = GraphFixture.graph(main, finally: plan.finally, restoredWhen: restoredWhen)
    let graph = GraphFixture.graph(
      plan, drawn.nodes.map(\.predecessors), restoredWhen: drawn.restoredWhen)
    return PlanSimulation(
      graph, durations: StepDurations(graph), targets: graph.nodes.map { _ in [] },
      options: ExecutionOptions(parallelism: parallelism))
  }

  /// The findings of a sweep over all steps.
  static func findings(_ simulation: PlanSimulation) -> [SimulationFinding] {
    simulation.findings(simulation.expected(), simulation.sweep(simulation.graph.nodes.indices))
  }

  static var restoring: ActionEffects {
    ActionEffects(phase: .restore, restores: [PlanFixtures.database("orders")])
  }

  static var stopping: ActionEffects {
    ActionEffects(
      phase: .restart, services: [PlanFixtures.service("api")], stops: [PlanFixtures.service("api")])
  }

  static var starting: ActionEffects {
    ActionEffects(phase: .restart, services: [PlanFixtures.service("api")])
  }

  static var telling: ActionEffects {
    guard let channel = ChannelID("pager") else { preconditionFailure("`pager` is a name") }
    return ActionEffects(phase: .notify, channels: [channel])
  }
}
