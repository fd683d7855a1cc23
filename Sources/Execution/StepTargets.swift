package import BackendKit
import PlanModel
package import StepGraph

/// What each step changes: for the locks between steps.
package enum StepTargets {
  /// By index of the step: the places of the databases that it replaces, and the services that it stops or starts.
  package static func of(_ graph: StepGraph, in environment: RunEnvironment) -> [[TargetName]] {
    graph.nodes.map { node in
      let effects = node.step.action.effects
      return effects.restores.compactMap { environment.databases[$0]?.target.target }
        + effects.services.compactMap { environment.services[$0]?.manager.target }
    }
  }
}
