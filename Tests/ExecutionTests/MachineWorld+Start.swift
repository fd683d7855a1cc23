import DrplanTestKit
import RunEvents

extension MachineWorld {
  /// Made once: thousands of runs begin with it.
  static let start = PlanFixtures.started()
}
