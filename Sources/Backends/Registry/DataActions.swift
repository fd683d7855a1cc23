import BackendKit
import Declarations

extension StepAction {
  fileprivate static var dataEntry: KindFamily<any StepAction>.Entry { .init(declaration) { Self($0) } }
}

/// Steps about data.
let dataActions: [KindFamily<any StepAction>.Entry] = [
  RestoreDatabase.dataEntry, VerifyIntegrity.dataEntry, BackupDatabase.dataEntry,
]
