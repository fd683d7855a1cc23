import Declarations
import Synchronization
import Values

/// What finished steps left for those after them.
final class StepOutputs: Sendable {
  private let outputs = Mutex<[String: [String: String]]>([:])

  func set(_ values: [String: String], of step: StepID) {
    if !values.isEmpty { outputs.withLock { $0[step.text] = values } }
  }

  /// The value of `${steps.id.outputs.name}`; nil for anything else, and for an output that there is not.
  subscript(reference: Reference) -> String? {
    let path = reference.path
    guard reference.namespace == "steps", path.count == 3, path[1] == "outputs" else { return nil }
    return outputs.withLock { $0[path[0]]?[path[2]] }
  }
}
