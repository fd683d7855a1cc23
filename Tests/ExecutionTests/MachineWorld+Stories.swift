import BackendKit
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Values

@testable import Execution

extension MachineWorld.Outcome {
  /// How the step of that name ended, if it did.
  func end(_ id: String) -> StepFinished? {
    for case .stepFinished(let event) in bodies where event.step.text == id { return event }
    return nil
  }

  /// Milliseconds at which the attempts of a step began.
  func startTimes(_ step: Int) -> [Double] { starts[step].map { $0.roundedSeconds * 1000 } }
}

extension MachineWorld {
  /// A run of main steps, and of `finally`, each with what its attempts do.
  static func story(
    _ main: [(Step, [Attempt])], finally: [(Step, [Attempt])] = [], restoredWhen: String? = nil,
    targets: [String: String] = [:], options: ExecutionOptions = ExecutionOptions()
  ) -> MachineWorld {
    let graph = GraphFixture.graph(main.map(\.0), finally: finally.map(\.0), restoredWhen: restoredWhen)
    return MachineWorld(
      graph, targets: graph.nodes.map { node in targets[node.step.id.text].map { [TargetName($0)] } ?? [] },
      options: options, attempts: (main + finally).map(\.1))
  }
}
