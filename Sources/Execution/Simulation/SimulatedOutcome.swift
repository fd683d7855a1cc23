import BackendKit
import PlanModel
import RunEvents
import StepGraph
import Values

/// What follows from the steps of a simulated run: its verdict, who was told, what is left behind.
enum SimulatedOutcome {
  static func complete(_ run: inout SimulatedRun, _ simulation: Simulation) {
    measure(&run, simulation.graph)
    run.told = told(run, simulation.graph)
    run.leftBehind = leftBehind(run, simulation.graph)
  }

  private static func measure(_ run: inout SimulatedRun, _ graph: StepGraph) {
    guard let proof = graph.restoredWhen else {
      run.whyUnmeasured = "no step verifies the data, so nothing stops the clock"
      return
    }
    guard run.states[proof] == .succeeded, let end = run.ends[proof] else {
      run.whyUnmeasured =
        "step `\(graph.nodes[proof].step.id)`, which stops the clock, is \(run.states[proof].rawValue)"
      return
    }
    run.recoveryTime = end
    run.rto = end <= graph.plan.objectives.rto ? .met : .missed
  }

  /// A message counts when its step succeeded; a question to people when it was put, whatever came of it.
  private static func told(_ run: SimulatedRun, _ graph: StepGraph) -> [ToldStep] {
    var told: [ToldStep] = []
    for (step, node) in graph.nodes.enumerated() {
      let effects = node.step.action.effects
      guard !effects.channels.isEmpty else { continue }
      let at: Duration?
      if effects.phase == .waiting {
        at = run.starts[step]
      } else {
        at = run.states[step] == .succeeded ? run.ends[step] : nil
      }
      if let at { told.append(ToldStep(step: step, at: at, channels: effects.channels)) }
    }
    return told.sorted { ($0.at, $0.step) < ($1.at, $1.step) }
  }

  private static func leftBehind(_ run: SimulatedRun, _ graph: StepGraph) -> [LeftBehind] {
    var left: [LeftBehind] = []
    var services: [ServiceID: LeftBehind?] = [:]
    var serviceOrder: [ServiceID] = []
    let tried = graph.nodes.indices.filter { run.starts[$0] != nil && !run.undone.contains($0) }
      .sorted { (run.ends[$0] ?? run.end, $0) < (run.ends[$1] ?? run.end, $1) }
    for step in tried {
      let effects = graph.nodes[step].step.action.effects
      let isDone = run.states[step] == .succeeded
      for database in effects.restores where !run.isRecovered || !isDone {
        left.append(isDone ? .replaced(database, step: step) : .halfReplaced(database, step: step))
      }
      for service in effects.services {
        if services[service] == nil { serviceOrder.append(service) }
        services[service] = .some(
          !isDone
            ? .halfChanged(service, step: step)
            : effects.stops.contains(service) ? .stopped(service, step: step) : nil)
      }
      let namesNothing = effects.restores.isEmpty && effects.services.isEmpty
      if !isDone, namesNothing, effects.phase == .other { left.append(.unfinished(step: step)) }
    }
    return left + serviceOrder.compactMap { services[$0] ?? nil }
  }
}
