import PlanModel
import RunEvents
import StepGraph
import Values

/// How a simulated run goes on after drplan has died: with the same machine as a real one.
enum SimulatedResume {
  /// What is known of a step when drplan dies.
  struct Step {
    var state = StepState.pending
    var attempts = 0
    var isInFlight = false
    var startOrder: Int?
    var undone: StepUndone.State?
  }

  /// A machine for the rest of the run, and what it is told first; an attempt that was under way is found not done.
  static func resume(
    _ simulation: Simulation, after steps: [Step], undoing: String?
  ) -> (machine: RunMachine, first: RunInput) {
    let machine = RunMachine(
      graph: simulation.graph, mode: simulation.mode, targets: simulation.targets, options: simulation.options
    )
    let carried = zip(simulation.graph.nodes, steps).map { carry($0, $1) }
    let resumed = RunResumed(
      purpose: .resume, tool: "", user: "", host: "", pid: 0, bootID: "", planDigest: .zero)
    return (machine, .resume(RunContinuation(resumed: resumed, steps: carried, undoing: undoing)))
  }

  private static func carry(_ node: StepNode, _ known: Step) -> CarriedStep {
    // The machine compares no definitions: a digest each would cost more than the simulation.
    let outline = StepOutline(
      id: node.step.id, action: node.step.actionName, title: nil, needs: [], phase: .other, timeoutSeconds: 0,
      estimateSeconds: nil, onFailure: node.step.onFailure, isFinally: node.isFinally, restores: [],
      verifies: [], definition: .zero)
    var step = CarriedStep(outline)
    step.state = known.state.isFinal ? known.state : nil
    step.attempts = known.attempts
    step.isInFlight = known.isInFlight
    step.startOrder = known.startOrder
    step.undone = known.undone
    return step
  }
}
