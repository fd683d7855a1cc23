import BackendKit
import HostSystem
import StepGraph
import Values

/// Locks on everything that a run changes, held while it runs: two runs never change one thing at once, whatever their
/// plans are called. The kernel lets go of them when the process dies.
struct TargetLeases: ~Copyable {
  private let leases: [LeaseFile]

  /// Takes the locks in one order for all runs, so that two runs never wait for each other; all or none.
  static func acquire(for setup: RunSetup) async throws(CommandFailure) -> TargetLeases {
    let targets = Set(setup.graph.nodes.flatMap { targets(of: $0, setup.environment) }).sorted()
    let holder = LeaseHolder(
      run: setup.run.text, plan: setup.graph.plan.name.text, pid: HostFacts.processID, host: HostFacts.hostName,
      bootID: HostFacts.bootID, user: HostFacts.userName, since: setup.startedAt)
    let folder = setup.stateDirectory + "/locks"
    do throws(LeaseError) {
      return TargetLeases(leases: try await runBlocking { () throws(LeaseError) -> [LeaseFile] in
        var leases: [LeaseFile] = []
        for target in targets {
          let name = SHA256Hasher.digest(Array(target.description.utf8)).short
          leases.append(try LeaseFile.acquire("\(folder)/\(name).lock", for: target.description, holder: holder))
        }
        return leases
      })
    } catch {
      throw CommandFailure(error.isHeld ? .locked : .failed, error.description, remedy: error.remedy)
    }
  }

  private static func targets(of node: StepNode, _ environment: RunEnvironment) -> [TargetName] {
    let effects = node.step.action.effects
    return effects.restores.compactMap { environment.databases[$0]?.target.target }
      + effects.services.compactMap { environment.services[$0]?.manager.target }
  }
}
