import BackendKit
import HostSystem
import PlanModel
import RunEvents
import StepGraph
import Values

/// Locks on everything that a run changes, held while it runs.
///
/// Two runs never change one thing at once, whatever their plans are called. The kernel lets go of them when the process dies.
final class TargetLeases: Sendable {
  private let lease: LeaseFile
  private let others: TargetLeases?

  private init(_ lease: consuming LeaseFile, and others: TargetLeases?) {
    self.lease = lease
    self.others = others
  }

  /// Takes the locks in one order for all runs, so that two runs never wait for each other; all or none.
  ///
  /// Nil when the run changes nothing that could be locked.
  static func acquire(for setup: RunSetup) async throws(CommandFailure) -> TargetLeases? {
    let targets = Set(setup.graph.nodes.flatMap { changes(of: $0, setup) }).sorted()
    let folder = setup.stateDirectory + "/locks"
    let holder = LeaseHolder.current(purpose: "run \(setup.run)")
    return try await runBlocking { () throws(CommandFailure) -> TargetLeases? in
      var held: TargetLeases?
      do throws(FileError) {
        try FileTree.makeDirectories(folder)
      } catch {
        throw CommandFailure(
          .failed, "locks cannot be kept: \(error)", remedy: "name another state directory with `--state DIR`"
        )
      }
      for target in targets {
        held = TargetLeases(try lease(target, folder, holder), and: held)
      }
      return held
    }
  }

  private static func lease(
    _ target: TargetName, _ folder: String, _ holder: LeaseHolder
  ) throws(CommandFailure) -> LeaseFile {
    let name = SHA256Hasher.digest(Array(target.description.utf8)).short
    do throws(LockError) {
      return try LeaseFile.acquire("\(folder)/\(name).lock", holder: holder)
    } catch {
      switch error {
      case .held(_, let other):
        throw CommandFailure(
          .locked, "`\(target)` is being changed by \(other?.description ?? "another process")",
          remedy: "wait until that run has ended; nothing was changed here")
      case .unusable:
        throw CommandFailure(.failed, "\(error)", remedy: "name another state directory with `--state DIR`")
      }
    }
  }

  private static func changes(of node: StepNode, _ setup: RunSetup) -> [TargetName] {
    let effects = node.step.action.effects
    let environment = setup.environment
    // Scratch space is the drill's alone, and a drill changes no services: it must never lock out a recovery that does.
    let locked =
      setup.mode == .recovery
      ? effects.restores : effects.restores.filter { setup.namedDrillPlaces.contains($0) }
    return locked.compactMap { environment.databases[$0]?.target.target }
      + (setup.mode == .recovery ? effects.services : [])
      .compactMap { environment.services[$0]?.manager.target }
  }
}
