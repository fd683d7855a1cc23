import BackendKit
import HostSystem
import PlanModel
import RunEvents
import StepGraph
import Synchronization
import Values

/// Locks on everything that a run changes, held while it runs.
///
/// Two runs never change one thing at once, whatever their plans are called. The kernel lets go of the locks when the
/// process dies; `LeaseFile` says how they hold between hosts. Let go of when this value goes.
final class TargetLeases: Sendable {
  /// What was taken over from runs that died: goes on record at the beginning, which `fence` sees to.
  let takenOver: [LockTakenOver]
  private let held: [(target: TargetName, lease: LeaseFile)]
  private let heartbeat: Task<Void, Never>
  private let loss: Loss

  /// Takes the locks in one order for all runs, so that two runs never wait for each other; all or none.
  ///
  /// `also` is what the run changed by its record: a plan that was edited since may not name it any more. `watching` is
  /// told before the wait for a sign of life of another host.
  static func acquire(
    for setup: RunSetup, also recorded: Set<TargetName> = [], timing: LeaseTiming = LeaseTiming(),
    watching: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(CommandFailure) -> TargetLeases {
    let nodes = setup.graph.nodes
    let folder = setup.stateDirectory + "/locks"
    let holder = LeaseHolder.current(purpose: "run \(setup.run)")
    return try await runBlocking { () throws(CommandFailure) -> TargetLeases in
      // Engines follow links to name what they change: that may wait for a disk, too.
      let targets = recorded.union(nodes.flatMap { changes(of: $0, setup) }).sorted()
      do throws(FileError) {
        if !targets.isEmpty { try FileTree.makeDirectories(folder) }
      } catch {
        throw CommandFailure(
          .failed, "locks cannot be kept: \(error)", remedy: "name another state directory with `--state DIR`"
        )
      }
      var held: [(TargetName, LeaseFile)] = []
      for target in targets {
        let lease = try lease(target, folder, holder, timing) { other in
          watching(
            "`\(target)` was locked by \(other); looking for \(timing.watch.components.seconds)s whether it still lives"
          )
        }
        held.append((target, lease))
      }
      return TargetLeases(held, timing)
    }
  }

  private init(_ held: [(target: TargetName, lease: LeaseFile)], _ timing: LeaseTiming) {
    self.held = held
    takenOver = held.compactMap { target, lease in
      lease.takenOver.map {
        LockTakenOver(target: "\(target)", holder: "\($0.holder)", reason: $0.reason)
      }
    }
    let (leases, loss) = (held.map(\.lease), Loss())
    self.loss = loss
    // Ends when it is cancelled, with this value.
    heartbeat = Task {
      do throws(CancellationError) {
        while !leases.isEmpty {
          try await HostClock().sleep(for: timing.heartbeat)
          if await runBlocking({ leases.map { $0.renew() }.contains(.lost) }) { loss.happened() }
        }
      } catch {
        return
      }
    }
  }

  deinit {
    heartbeat.cancel()
    for (_, lease) in held { lease.release() }
  }

  /// Why nothing more may be done: a lock that another run took over; nil while every lock is ours.
  func refusal() -> RecordingError? {
    for (target, lease) in held {
      switch lease.standing {
      case .ours: continue
      case .lost:
        return RecordingError(
          "another run took over the lock on `\(target)`, or its file was removed; nothing more is done here")
      case .unknown(let reason):
        return RecordingError("the lock on `\(target)` cannot be read: \(reason); nothing more is done here")
      }
    }
    return nil
  }

  /// A recorder that records nothing once a lock was lost, so that nothing more is done, and that puts what was taken
  /// over on record right after the event with which the run begins or goes on.
  func fence(_ recorder: any EventRecorder) -> any EventRecorder {
    held.isEmpty ? recorder : FencedRecorder(recorder, self)
  }

  /// The same requests to stop, and one more when a lock is found lost: what runs then ends as if it could not be
  /// recorded.
  func interrupts(_ requests: AsyncStream<InterruptRequested>) -> AsyncStream<InterruptRequested> {
    let (stream, continuation) = AsyncStream.makeStream(of: InterruptRequested.self)
    // Ends with `requests`, or when nobody listens any more.
    let forwarding = Task {
      for await request in requests { continuation.yield(request) }
      continuation.finish()
    }
    continuation.onTermination = { _ in forwarding.cancel() }
    loss.listen { continuation.yield(InterruptRequested(signal: Signal.terminate.description, stage: 2)) }
    return stream
  }

  private static func lease(
    _ target: TargetName, _ folder: String, _ holder: LeaseHolder, _ timing: LeaseTiming,
    _ watching: (LeaseHolder) -> Void
  ) throws(CommandFailure) -> LeaseFile {
    let name = SHA256Hasher.digest(Array(target.description.utf8)).short
    do throws(LockError) {
      return try LeaseFile.acquire(
        "\(folder)/\(name).lock", holder: holder, timing: timing, watching: watching)
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

  /// Whether a lock was lost, and who wants to know.
  private final class Loss: Sendable {
    private struct State {
      var hasHappened = false
      var listeners: [@Sendable () -> Void] = []
    }
    private let state = Mutex(State())

    func happened() {
      let listeners = state.withLock { state in
        state.hasHappened = true
        defer { state.listeners = [] }
        return state.listeners
      }
      for tell in listeners { tell() }
    }

    func listen(_ tell: @escaping @Sendable () -> Void) {
      let isLate = state.withLock { state in
        if !state.hasHappened { state.listeners.append(tell) }
        return state.hasHappened
      }
      if isLate { tell() }
    }
  }
}
