public import BackendKit
import PlanModel
public import RunEvents
public import StepGraph
import Values

/// Everything that is simulated of a plan: the expected run, the longest, one for every step and fault, and many with
/// random durations.
public struct PlanSimulation: Sendable {
  /// The plan.
  public let graph: StepGraph
  /// How long its steps are taken to last.
  public let durations: StepDurations
  /// What each step changes, by index.
  public let targets: [[TargetName]]
  /// How runs are carried out.
  public var options: ExecutionOptions
  /// What the runs are for.
  public var mode: RunMode
  /// How many times as long as expected a slow step takes.
  public var slowFactor: Int
  /// How long after drplan has died a person goes on with the run.
  public var resumeAfter: Duration

  /// Simulations of `graph`.
  public init(
    _ graph: StepGraph, durations: StepDurations, targets: [[TargetName]],
    options: ExecutionOptions = ExecutionOptions(), mode: RunMode = .recovery, slowFactor: Int = 10,
    resumeAfter: Duration = .seconds(300)
  ) {
    self.graph = graph
    self.durations = durations
    self.targets = targets
    self.options = options
    self.mode = mode
    self.slowFactor = slowFactor
    self.resumeAfter = resumeAfter
  }

  /// The run in which every step takes the time that is expected of it.
  public func expected() -> SimulatedRun { run(durations.steps.map { .takes($0.expected) }) }

  /// The longest run that still succeeds: every step takes its whole timeout, attempts and all; one that declares none
  /// takes its worst time.
  public func worst() -> SimulatedRun {
    run(
      graph.nodes.indices.map { step in
        graph.nodes[step].step.declaresTimeout ? .takesAllItMay : .takes(durations.steps[step].worst)
      })
  }

  /// The run in which that goes wrong, and everything else goes as expected; nil if the run leaves the step out.
  public func outcome(of fault: Fault, in step: Int) -> FaultOutcome? {
    var behaviours = durations.steps.map { StepBehaviour.takes($0.expected) }
    let usual = durations.steps[step].expected
    switch fault {
    case .fails: behaviours[step] = .fails(after: usual)
    case .hangs: behaviours[step] = .hangs
    case .slow: behaviours[step] = .takes(usual * slowFactor)
    case .dies: behaviours[step] = .dies(after: usual / 2, duration: usual)
    }
    let run = self.run(behaviours)
    guard let start = run.starts[step] else { return nil }
    let faultAt: Duration
    switch fault {
    case .dies: faultAt = start + usual / 2
    case .slow where run.states[step] == .succeeded: faultAt = start + usual
    case .fails, .hangs, .slow: faultAt = run.ends[step] ?? run.end
    }
    return FaultOutcome(step: step, fault: fault, run: run, faultAt: faultAt, outlook: outlook(run))
  }

  /// Every fault in every one of these steps.
  public func sweep(_ steps: some Sequence<Int>) -> [FaultOutcome] {
    steps.flatMap { step in Fault.allCases.compactMap { outcome(of: $0, in: step) } }
  }

  /// The steps, those first that the recovery time depends on most: where not all can be tried.
  public func byWeight() -> [Int] {
    let tails = graph.tails(taking: durations.expected)
    func weight(_ step: Int) -> Duration {
      tails[step].map { $0 + durations.steps[step].expected } ?? .zero
    }
    return graph.nodes.indices.sorted { (weight($1), $0) < (weight($0), $1) }
  }

  func run(_ behaviours: [StepBehaviour]) -> SimulatedRun {
    Simulation(
      graph, targets: targets, mode: mode, options: options, behaviours: behaviours, resumeAfter: resumeAfter
    ).run()
  }

  /// How long what is missing for the recovery takes, if it goes as expected.
  func remaining(after run: SimulatedRun) -> Duration {
    let left = graph.nodes.indices.map { run.states[$0] == .succeeded ? .zero : durations.steps[$0].expected }
    let tails = graph.tails(taking: left)
    return graph.nodes.indices.compactMap { step in tails[step].map { $0 + left[step] } }.max() ?? .zero
  }

  private func outlook(_ run: SimulatedRun) -> Outlook {
    switch run.rto {
    case .met: return .met
    case .missed: return .missed
    case .unmeasured:
      guard graph.restoredWhen != nil else { return .unmeasured }
      let time = graph.plan.objectives.rto - run.end - remaining(after: run)
      return time >= .zero ? .open(time) : .lost
    }
  }
}
