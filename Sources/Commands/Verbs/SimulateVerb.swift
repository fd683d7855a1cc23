import CommandLineKit
import Execution
import PlanModel
import RunEvents
import StepGraph
import Values

/// `drplan simulate`: what would happen, on a virtual clock.
enum SimulateVerb: Verb {
  static let noHistory = Option(
    "no-history", "go by estimates and timeouts alone, whatever earlier runs measured")
  static let runs = Option(
    "runs", value: .required("N"),
    "how many runs with random durations; 1000 if earlier runs measured any step, else none")
  static let seed = Option(
    "seed", value: .required("N"),
    "which random durations: the same number gives the same runs; 1 if left out")
  static let step = Option(
    "step", value: .required("ID"), isRepeatable: true, "let only this step go wrong; all if left out")
  static let slow = Option(
    "slow", value: .required("N"), "how many times as long as expected a slow step takes; 10 if left out")
  static let resumeAfter = Option(
    "resume-after", value: .required("DURATION"),
    "how long after drplan has died a person goes on with the run; 5m if left out")

  static let declaration = CommandDeclaration(
    "simulate", summary: "play a plan through on a virtual clock, with every fault in every step",
    discussion: """
      The machinery of real runs decides, but nothing is restored, restarted, sent or waited for: when the recovery is \
      expected to be over and when at worst, and for every step what comes of it if it fails, hangs, is slow, or drplan \
      dies half-way through it: whether the RTO is still within reach, who is told, what is left behind. Durations are \
      those that earlier runs of the plan measured, else its estimates, else a tenth of the timeout.

      Findings name what has no way out, each with a remedy. Exits with 1 if there is such a finding, else with 3 if the \
      RTO is missed or cannot be measured even when all goes as expected.
      """,
    examples: [
      .init("drplan simulate plans/orders.yaml", "what can go wrong, and what comes of it"),
      .init("drplan simulate plans/orders.yaml --runs 10000", "the chance to meet the RTO"),
      .init("drplan simulate plans/orders.yaml --format json", "for machines"),
    ],
    arguments: [Argument("PLAN", "the plan's file", completion: .files)],
    options: [
      PlanFile.param, noHistory, runs, seed, step, slow, resumeAfter, RunVerb.parallel, RunSetup.state,
      FormatOption.textOrJSON, Console.color,
    ])

  static var isInterruptible: Bool { true }

  /// Steps tried times steps in all, at most, so that an answer comes within seconds: in plans of more than 500 steps
  /// only those on which the recovery time depends most are made to go wrong.
  private static let mostTried = 250_000
  /// Beyond that many steps in all, fewer runs with random durations unless a number is given.
  private static let mostRandomSteps = 100_000

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let (_, graph) = try PlanFile.require(invocation, console)
    var options = ExecutionOptions()
    options.parallelism = try number(invocation, RunVerb.parallel, 1...1024) ?? options.parallelism
    var measured = MeasuredSteps()
    if !invocation.has(noHistory) {
      measured = await DurationHistory.read(
        graph.plan.name, stateDirectory: try RunSetup.stateDirectory(invocation))
    }
    let durations = StepDurations(graph, measured: measured)
    let environment = RunSetup.environment(graph.plan, logDirectory: "")
    let plan = PlanSimulation(
      graph, durations: durations, targets: StepTargets.of(graph, in: environment), options: options,
      slowFactor: try number(invocation, slow, 2...1_000_000) ?? 10,
      resumeAfter: try duration(invocation, resumeAfter) ?? .seconds(300))
    let usual = durations.hasHistory ? min(1000, max(10, mostRandomSteps / max(1, graph.nodes.count))) : 0
    let report = SimulationReport(
      plan, steps: try steps(invocation, plan), runs: try number(invocation, runs, 0...1_000_000) ?? usual,
      seed: UInt64(try number(invocation, seed, 0...Int.max) ?? 1))
    if Task.isCancelled { throw CommandFailure(.interrupted, "the simulation was stopped") }
    console.print(
      console.isJSON
        ? SimulationJSON.value(report).text(pretty: true)
        : SimulationText.text(report, width: console.width, color: console.colorsOutput))
    return report.exitCode
  }

  private static func steps(
    _ invocation: Invocation, _ plan: PlanSimulation
  ) throws(CommandFailure) -> [Int] {
    let names = invocation.values(step)
    let most = max(10, mostTried / max(1, plan.graph.nodes.count))
    guard !names.isEmpty else { return plan.byWeight().prefix(most).sorted() }
    var steps: Set<Int> = []
    for name in names {
      guard let index = plan.graph.nodes.firstIndex(where: { $0.step.id.text == name }) else {
        throw CommandFailure(
          .refused, "the plan has no step `\(name)`", remedy: "`drplan graph` shows its steps")
      }
      steps.insert(index)
    }
    return steps.sorted()
  }

  private static func number(
    _ invocation: Invocation, _ option: Option, _ range: ClosedRange<Int>
  ) throws(CommandFailure) -> Int? {
    guard let text = invocation.value(option) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw CommandFailure(
        .refused,
        "`--\(option.name) \(text)` is not a number "
          + (range.upperBound == Int.max
            ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"))
    }
    return number
  }

  private static func duration(
    _ invocation: Invocation, _ option: Option
  ) throws(CommandFailure) -> Duration? {
    guard let text = invocation.value(option) else { return nil }
    guard let duration = Duration(planText: text) else {
      throw CommandFailure(
        .refused, "`--\(option.name) \(text)` is not a duration", remedy: "write `90s`, `5m` or `1h30m`")
    }
    return duration
  }
}
