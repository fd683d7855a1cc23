import RunEvents
import StepGraph

/// How a simulated run goes on after drplan has died.
///
/// The one place to change when the machine can be begun with steps that are over: then nothing needs to be replayed.
enum SimulatedResume {
  /// A machine that goes on with a run, and what it is told first.
  struct Resumption {
    var machine: RunMachine
    var first: RunInput?
    /// Steps that did their work before, and that the machine begins anew: they succeed at once and off the record.
    var replayed: Set<Int>
  }

  /// Goes on with the steps that had not succeeded; an attempt that was under way starts over.
  static func resume(_ simulation: Simulation, after states: [StepState]) -> Resumption {
    let replayed = states.indices.filter { states[$0] == .succeeded }
    var targets = simulation.targets
    // What is only replayed must not wait for what really runs.
    for step in replayed { targets[step] = [] }
    let machine = RunMachine(
      graph: simulation.graph, mode: simulation.mode, targets: targets, options: simulation.options)
    return Resumption(
      machine: machine, first: Simulation.started.map { .begin($0) }, replayed: Set(replayed))
  }
}
