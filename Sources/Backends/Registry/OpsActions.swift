import BackendKit
import Declarations

extension StepAction {
  fileprivate static var opsEntry: KindFamily<any StepAction>.Entry { .init(declaration) { Self($0) } }
}

/// Steps about services, people and programs.
let opsActions: [KindFamily<any StepAction>.Entry] = [
  StopServices.opsEntry, RestartServices.opsEntry, RunCommand.opsEntry, NotifyStakeholders.opsEntry,
  Approve.opsEntry,
]
