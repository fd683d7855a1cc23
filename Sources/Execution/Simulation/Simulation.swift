public import BackendKit
import PlanModel
public import RunEvents
public import StepGraph
import Values

/// A run on a virtual clock: the real `RunMachine` decides, and each step behaves as it is told to.
///
/// Nothing is read, changed or waited for. The same simulation gives the same run. The recovery time counts from the
/// run's start, as if the disaster had been declared in that instant.
public struct Simulation: Sendable {
  /// The plan.
  public let graph: StepGraph
  /// What each step changes, by index, as `StepTargets.of` tells it.
  public var targets: [[TargetName]]
  /// What the run is for.
  public var mode: RunMode
  /// How it is carried out.
  public var options: ExecutionOptions
  /// What each step does, by index.
  public var behaviours: [StepBehaviour]
  /// How long after drplan has died a person goes on with the run.
  public var resumeAfter: Duration

  /// A run of `graph` in which step `n` does `behaviours[n]`.
  public init(
    _ graph: StepGraph, targets: [[TargetName]], mode: RunMode = .recovery,
    options: ExecutionOptions = ExecutionOptions(), behaviours: [StepBehaviour],
    resumeAfter: Duration = .seconds(300)
  ) {
    self.graph = graph
    self.targets = targets
    self.mode = mode
    self.options = options
    self.behaviours = behaviours
    self.resumeAfter = resumeAfter
  }

  /// Runs it to its end.
  public func run() -> SimulatedRun {
    var world = SimulatedWorld(self)
    return world.play()
  }

  /// What the machine is told first; reports are what needs the rest of it.
  static let started: RunStarted? = PlanName("simulation").map { plan in
    RunStarted(
      tool: "", plan: plan, title: nil, owner: nil, planDigest: .zero, planFile: "", planPath: "",
      mode: .recovery, params: [:], declaredAt: Timestamp(seconds: 0), declaredGiven: false,
      disruptedAt: Timestamp(seconds: 0), disruptedGiven: false, rtoSeconds: 0, rpoSeconds: 0,
      mtdSeconds: nil, measuredFrom: .planStart, restoredWhen: nil, steps: [], user: "", host: "", pid: 0,
      bootID: "")
  }
}
